import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';

/** Everything of one request that bears an instant, as PostgreSQL writes it: with microseconds. */
const INSTANTS = `
  select 'product_revision' as what, valid_from::text as at from product_revision where change_request_id = $1
  union all select 'sku_revision', valid_from::text from sku_revision where change_request_id = $1
  union all select 'feed_entry', at::text from feed_entry where change_request_id = $1
  union all select 'sku', updated_at::text from sku join sku_revision r
    on r.sku_id = sku.id and r.revision = sku.revision where r.change_request_id = $1`;

describe('the instant of a write', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  async function apply(changes: ChangeDraft[]): Promise<{ what: string; at: string }[]> {
    const draft = { title: 't', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(world.ports, world.people.mia, draft, false));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return (await owner.query<{ what: string; at: string }>(INSTANTS, [id])).rows;
  }
  const sku = (code: string): ChangeDraft => ({
    kind: 'skuCreate',
    input: { code, product: 'tea', fields: { title: code, optionValues: [{ name: 'Size', value: code }] } },
  });
  const product: ChangeDraft = {
    kind: 'productCreate',
    input: { handle: 'tea', fields: { title: 'Tea', optionNames: ['Size'] } },
  };

  it('is one for rows, revisions and feed entries, so that no moment shows half of a request', async () => {
    const instants = await apply([product, sku('A'), sku('B')]);
    expect(instants.map(({ what }) => what).sort()).toEqual([
      'feed_entry',
      'feed_entry',
      'feed_entry',
      'product_revision',
      'sku',
      'sku',
      'sku_revision',
      'sku_revision',
    ]);
    expect(new Set(instants.map(({ at }) => at)).size).toBe(1);
  });

  it('comes after what it follows, and after the product, though the clock was set back', async () => {
    // What a clock that ran an hour ahead has left behind.
    await owner.query(`update product set updated_at = clock_timestamp() + interval '1 hour' where handle = 'tea'`);
    const [ahead] = (
      await owner.query<{ at: string }>(
        `select (updated_at + interval '1 microsecond')::text as at from product where handle = 'tea'`,
      )
    ).rows;
    const created = await apply([sku('C')]);
    expect(new Set(created.map(({ at }) => at))).toEqual(new Set([ahead?.at]));
    const edited = await apply([
      { kind: 'skuUpdate', input: { code: 'C', baseRevision: null, fields: { price: '2.00' } } },
    ]);
    expect(edited.every(({ at }) => at > (ahead?.at ?? ''))).toBe(true);
    const { rows } = await owner.query(
      `select 1 from sku_revision r join sku s on s.id = r.sku_id join feed_entry f on f.key = s.code and f.revision = r.revision
       where f.at <> r.valid_from`,
    );
    expect(rows).toEqual([]);
  });
});
