import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf } from '../support/world.js';
import { lines } from '../support/bundle-lines.js';
import { apply, create, move, product, propose, set } from './bundle-kit.js';

interface Version {
  state: string;
  from: string;
  to: string | null;
  lines: string;
}

describe('compositions of bundles', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
    await apply(world, product, ...['a', 'b', 'c', 'd'].map((code) => create(code)));
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  const rows = async <T>(text: string, ...values: unknown[]): Promise<T[]> =>
    (await owner.query(text, values)).rows as T[];
  const versions = (code: string): Promise<Version[]> =>
    rows<Version>(
      `select v.state, v.effective_from::text as from, v.effective_to::text as to,
         string_agg(c.quantity || ' ' || s.code, ', ' order by c.position) as lines
       from bundle_version v join sku b on b.id = v.bundle_id join bundle_component c on c.version_id = v.id
         join sku s on s.id = c.component_id where b.code = $1 group by v.id order by v.effective_from`,
      code,
    );

  it('begin with the revision that brings them, and end where the next begins', async () => {
    await apply(world, create('kit', '1 A, 2 b'));
    await apply(world, set('KIT', '1 a, 1 c'));
    const [first, second] = await versions('kit');
    expect([first, second].map((each) => [each?.state, each?.lines])).toEqual([
      ['PAST', '1 a, 2 b'],
      ['CURRENT', '1 a, 1 c'],
    ]);
    expect([first?.to, second?.to]).toEqual([second?.from, null]);
    const revisions = await rows<{ at: string; snapshot: Record<string, unknown>; changes: unknown }>(
      `select r.valid_from::text as at, r.snapshot, r.changes from sku_revision r join sku s on s.id = r.sku_id
       where s.code = 'kit' order by r.revision`,
    );
    expect(revisions.map(({ at }) => at)).toEqual([first?.from, second?.from]);
    expect(revisions.map(({ snapshot }) => snapshot.bundle)).toEqual([lines('1 a, 2 b'), lines('1 a, 1 c')]);
    expect(revisions[1]?.changes).toEqual([{ field: 'bundle', from: lines('1 a, 2 b'), to: lines('1 a, 1 c') }]);
    const feed = await rows<{ entity: string; revision: number; fields: string }>(
      `select entity, revision, (select string_agg(c->>'field', ' ') from jsonb_array_elements(changes) c) as fields
       from feed_entry where key = 'kit' order by revision, entity`,
    );
    expect(feed.map(({ entity, revision }) => `${entity} ${revision}`)).toEqual(['BUNDLE 1', 'SKU 1', 'BUNDLE 2']);
    expect(feed.filter(({ fields }) => fields.includes('bundle')).map(({ entity }) => entity)).toEqual([
      'BUNDLE',
      'BUNDLE',
    ]);
  });

  it('keep their place in every later revision, and leave simple SKUs as they were', async () => {
    await apply(world, { kind: 'skuUpdate', input: { code: 'kit', baseRevision: null, fields: { price: '9.00' } } });
    const [last] = await rows<{ snapshot: Record<string, unknown> }>(
      `select r.snapshot from sku_revision r join sku s on s.id = r.sku_id and s.revision = r.revision where s.code = 'kit'`,
    );
    expect(last?.snapshot).toMatchObject({ price: '9.00', bundle: lines('1 a, 1 c'), bundleScheduled: {} });
    const [simple] = await rows<{ snapshot: object }>(
      `select r.snapshot from sku_revision r join sku s on s.id = r.sku_id where s.code = 'a'`,
    );
    expect(Object.keys(simple?.snapshot ?? {})).not.toContain('bundle');
  });

  it('wait for their moment in order, one for each, and can be replaced or taken back until then', async () => {
    const [june, july] = [new Date('2990-06-01T00:00:00Z'), new Date('2990-07-01T00:00:00.250Z')];
    await apply(world, set('kit', '3 a', july));
    await apply(world, set('kit', '4 b', june), set('kit', '2 d', july));
    const timeline = async (): Promise<string[]> =>
      (await versions('kit')).slice(1).map((each) => `${each.state} ${each.to?.slice(0, 10)} ${each.lines}`);
    expect(await timeline()).toEqual([
      'CURRENT 2990-06-01 1 a, 1 c',
      'SCHEDULED 2990-07-01 4 b',
      'SCHEDULED undefined 2 d',
    ]);
    await apply(world, set('kit', '1 a, 1 c', june));
    expect(await timeline()).toEqual(['CURRENT 2990-07-01 1 a, 1 c', 'SCHEDULED undefined 2 d']);
    await apply(world, set('kit', '2 a'));
    expect(await timeline()).toEqual([
      'PAST ' + new Date().toISOString().slice(0, 10) + ' 1 a, 1 c',
      'CURRENT 2990-07-01 2 a',
      'SCHEDULED undefined 2 d',
    ]);
    expect(codesOf(await propose(world, set('kit', '2 b', new Date(0))))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(codesOf(await propose(world, set('kit', '2 b', new Date(Date.UTC(10_000, 0)))))).toEqual(['INVALID_FORMAT']);
  });

  it('have neither gap nor overlap: the database refuses both', async () => {
    const add = async (from: string, to: string | null): Promise<string> => {
      try {
        await owner.query('begin');
        await owner.query(
          `insert into bundle_version (id, bundle_id, state, effective_from, effective_to)
           select gen_random_uuid(), id, 'PAST', $1, $2 from sku where code = 'kit'`,
          [from, to],
        );
        await owner.query('commit');
        return 'taken';
      } catch (error) {
        await owner.query('rollback');
        return error instanceof Error && 'constraint' in error ? String(error.constraint) : String(error);
      }
    };
    const [first] = await versions('kit');
    expect(await add('2991-01-01Z', null)).toBe('bundle_version_no_overlap');
    expect(await add('2000-01-01Z', '2001-01-01Z')).toBe('bundle_version_no_gap');
    expect(await add('2000-01-01Z', null)).toBe('bundle_version_no_overlap');
    expect(await add('2000-01-01Z', first?.from ?? '')).toBe('taken');
    await owner.query(`delete from bundle_version where effective_from = '2000-01-01Z'`);
  });

  it('are conflicted over as one field, with all four facts', async () => {
    const { id } = await apply(world, create('duo', '1 a, 1 b'));
    expect(id).not.toBe('');
    const mine = await propose(world, set('duo', '1 a, 1 c'));
    const theirs = await apply(world, set('duo', '1 a, 1 d'));
    if (!mine.ok) throw new Error('refused');
    await approveChangeRequest(world.ports, world.people.ada, mine.value.id, null);
    const request = await world.ports.changes.requestById(mine.value.id);
    expect(request).toMatchObject({ state: 'CONFLICTED' });
    expect(request?.conflicts).toEqual([
      {
        target: 'duo',
        field: 'bundle',
        base: lines('1 a, 1 b'),
        current: lines('1 a, 1 d'),
        proposed: lines('1 a, 1 c'),
        changedBy: theirs.id,
      },
    ]);
  });

  it('are told of with the request that set them', async () => {
    const { id } = await apply(world, set('duo', '2 a', new Date('2990-01-01T00:00:00Z')));
    const page = await world.ports.changes.changesOf(id, { first: 10, after: null });
    expect(page.items.map(({ node }) => node)).toMatchObject([
      { operation: 'BUNDLE_SET', target: 'duo', fields: [{ field: 'bundleScheduled' }] },
    ]);
    expect(page.items[0]?.node.baseRevision).toBe(2);
  });

  it('tie the states of bundles and components together, and let them go together', async () => {
    await apply(world, create('x'), create('y'), create('pair', '1 x, 1 y'));
    expect(codesOf(await propose(world, move('pair', 'PRELAUNCH')))).toEqual(['GATE_UNSATISFIED', 'GATE_UNSATISFIED']);
    await apply(world, move('pair', 'PRELAUNCH'), move('x', 'PRELAUNCH'), move('y', 'PRELAUNCH'));
    await apply(world, move('x', 'ACTIVE'), move('y', 'ACTIVE'), move('pair', 'ACTIVE'));
    await apply(world, move('x', 'PHASE_OUT'));
    expect(codesOf(await propose(world, move('x', 'RETIRED')))).toEqual(['IN_USE']);
    expect(codesOf(await propose(world, set('pair', '1 x, 1 a')))).toEqual(['GATE_UNSATISFIED']);
    expect((await apply(world, set('pair', '2 y'), move('x', 'RETIRED'))).state).toBe('APPLIED');
  });
});
