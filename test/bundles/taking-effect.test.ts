import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { takeEffect } from '../../src/application/bundle/take-effect.js';
import type { World } from '../support/world.js';
import { buildWorld, until } from '../support/world.js';
import { lines } from '../support/bundle-lines.js';
import { recordStatements } from '../support/statements.js';
import { apply, create, move, product, set } from './bundle-kit.js';

interface Revision {
  revision: number;
  actor: { kind: string; name: string };
  change_request_id: string;
  bundle: unknown;
  scheduled: object;
  at: string;
}

describe('versions whose time has come', () => {
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
  const revisions = (code: string): Promise<Revision[]> =>
    rows<Revision>(
      `select r.revision, r.actor, r.change_request_id, r.snapshot->'bundle' as bundle,
         r.snapshot->'bundleScheduled' as scheduled, r.valid_from::text as at
       from sku_revision r join sku s on s.id = r.sku_id where s.code = $1 order by r.revision`,
      code,
    );
  const inForce = async (code: string): Promise<string[]> =>
    (
      await rows<{ line: string }>(
        `select v.state || ' ' || coalesce(v.effective_to::text, 'open') || ' ' || string_agg(s.code, ' ' order by c.position) as line
         from bundle_version v join sku b on b.id = v.bundle_id join bundle_component c on c.version_id = v.id
           join sku s on s.id = c.component_id where b.code = $1 group by v.id order by v.effective_from`,
        code,
      )
    ).map(({ line }) => line.replace(/\d{4}-\S+ \S+/, 'then'));
  /** A moment that is still to come when a request that names it is approved, on a busy machine too. */
  const soon = (): Date => new Date(Date.now() + 2_500);
  const past = (at: Date): Promise<void> => sleep(at.getTime() - Date.now() + 50);

  it('take effect by a job, as a revision of ours that cites the request', async () => {
    await apply(world, create('kit', '1 a, 1 b'));
    const at = soon();
    const { id } = await apply(world, set('kit', '1 a, 1 c', at));
    expect(await takeEffect(world.ports)).toBe(null);
    expect(await inForce('kit')).toEqual(['CURRENT then a b', 'SCHEDULED open a c']);
    await world.worker.start();
    const last = await until('the version', async () => (await revisions('kit'))[2]);
    expect(last).toMatchObject({
      actor: { kind: 'SYSTEM' },
      change_request_id: id,
      bundle: lines('1 a, 1 c'),
      scheduled: {},
    });
    expect(new Date(last.at).getTime()).toBeGreaterThanOrEqual(at.getTime());
    expect(await inForce('kit')).toEqual(['PAST then a b', 'CURRENT open a c']);
    const [version] = await rows<{ at: string; request: string }>(
      `select v.effective_from::text as at, v.change_request_id as request from bundle_version v join sku s on s.id = v.bundle_id
       where s.code = 'kit' and v.state = 'CURRENT'`,
    );
    expect(version).toEqual({ at: last.at, request: id });
    const feed = await rows<{ entity: string }>(`select entity from feed_entry where key = 'kit' and revision = 3`);
    expect(feed).toEqual([{ entity: 'BUNDLE' }]);
    const audit = await rows<{ actor: { kind: string } }>(
      `select actor from audit_event where subject = 'kit' and type = 'BUNDLE_VERSION_IN_EFFECT'`,
    );
    expect(audit).toMatchObject([{ actor: { kind: 'SYSTEM' } }]);
    const { items } = await world.ports.changes.changesOf(id, { first: 10, after: null });
    expect(items.map(({ node }) => node.fields.map(({ field }) => field))).toEqual([['bundleScheduled']]);
    await world.worker.stop();
  });

  it('lock records before anything is written, in the order of whoever applies a request', async () => {
    await apply(world, create('lk', '1 a, 1 b'));
    const at = soon();
    await apply(world, set('lk', '1 a, 1 c', at));
    await past(at);
    const sent = recordStatements(world.database.source);
    await takeEffect(world.ports);
    expect(await inForce('lk')).toEqual(['PAST then a b', 'CURRENT open a c']);
    const first = (part: string): number => sent.findIndex((text) => text.replace(/\s+/g, ' ').includes(part));
    const locked = first('from record where product_id = any($1) or id = any($2) order by id for no key update');
    const written = first('update sku t set');
    expect([first('select * from sku where product_id') < locked, locked > 0, locked < written]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('leave the old one in force when they do not stand any more, and say so where people look', async () => {
    await apply(world, create('p'), create('q'), create('pair', '1 p, 1 q'));
    await apply(world, move('p', 'PRELAUNCH'), move('q', 'PRELAUNCH'), move('pair', 'PRELAUNCH'));
    // When it is proposed nobody can know whether d will be set up by then.
    const at = soon();
    const { id } = await apply(world, set('pair', '1 p, 1 d', at));
    await past(at);
    world.logged.length = 0;
    await takeEffect(world.ports);
    expect(await inForce('pair')).toEqual(['CURRENT open p q']);
    expect((await revisions('pair')).at(-1)).toMatchObject({ bundle: lines('1 p, 1 q'), scheduled: {} });
    const request = await world.ports.changes.requestById(id);
    expect(request).toMatchObject({ state: 'APPLIED' });
    expect(request?.problems.map(({ code, field }) => [code, field])).toEqual([['GATE_UNSATISFIED', null]]);
    expect(request?.problems[0]?.message).toContain('d is DRAFT');
    expect(world.logged.join()).toContain('could not take effect');
    const audit = await rows<{ n: string }>(
      `select count(*) as n from audit_event where subject = 'pair' and type = 'BUNDLE_VERSION_REFUSED'`,
    );
    expect(audit).toEqual([{ n: '1' }]);
    const { items } = await world.ports.alerts.alerts(
      { first: 10, after: null },
      { kinds: ['BUNDLE_VERSION_REFUSED'] },
    );
    expect(items.map(({ node }) => node)).toMatchObject([
      {
        subject: 'pair',
        groups: [{ ownerId: world.people.ada.actor.partyId, lines: [expect.stringContaining('d is DRAFT')] }],
      },
    ]);
    world.logged.length = 0;
    expect(await takeEffect(world.ports)).toBe(null);
    expect(world.logged).toEqual([]);
  });

  it('come before what somebody sets after them, though no job ran in between', async () => {
    await apply(world, create('late', '1 a, 1 b'));
    const at = soon();
    await apply(world, set('late', '2 c', at));
    await past(at);
    // Its author saw what was in force; what came in between is a conflict, not a loss.
    const { id, state } = await apply(world, set('late', '2 d'));
    expect(state).toBe('CONFLICTED');
    const request = await world.ports.changes.requestById(id);
    expect(request?.conflicts).toMatchObject([{ field: 'bundle', current: lines('2 c'), proposed: lines('2 d') }]);
    expect(await inForce('late')).toEqual(['PAST then a b', 'CURRENT open c']);
    expect((await apply(world, set('late', '2 d'))).state).toBe('APPLIED');
  });

  it('take effect one after the other where several are due', async () => {
    await apply(world, create('twice', '1 a, 1 b'));
    const first = soon();
    const second = new Date(first.getTime() + 20);
    await apply(world, set('twice', '2 d', second), set('twice', '2 c', first));
    await past(second);
    await takeEffect(world.ports);
    expect(await inForce('twice')).toEqual(['PAST then a b', 'PAST then c', 'CURRENT open d']);
    const told = (await revisions('twice')).map(({ bundle }) => JSON.stringify(bundle));
    expect(told.slice(2)).toEqual([JSON.stringify(lines('2 c')), JSON.stringify(lines('2 d'))]);
  });
});
