import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { closeVersionFailure } from '../../src/application/bundle/close-failure.js';
import { takeEffect } from '../../src/application/bundle/take-effect.js';
import type { VersionFailureView } from '../../src/application/ports/bundle-reader.js';
import type { DuePlace } from '../../src/application/ports/bundle-store.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { apply, create, move, product, propose, set } from './bundle-kit.js';

const ALL = { first: 50, after: null };

describe('versions that cannot take effect when they are due', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
    await apply(world, product, ...['a', 'b', 'c', 'd'].map((code) => create(code)));
    await apply(world, create('pair', '1 a, 1 b'), create('other', '1 a, 1 b'), create('third', '1 a, 1 b'));
    await apply(world, ...['a', 'b'].map((code) => move(code, 'PRELAUNCH')), move('pair', 'PRELAUNCH'));
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  const soon = (): Date => new Date(Date.now() + 2_500);
  const past = (at: Date): Promise<void> => sleep(at.getTime() - Date.now() + 50);
  const failures = async (open: boolean | null): Promise<(VersionFailureView & { bundle: string })[]> => {
    const page = await world.ports.bundles.failures(ALL, open);
    const nodes = page.items.map(({ node }) => node);
    const skus = await world.ports.catalog.skusByIds(
      nodes.map(({ bundleId }) => bundleId),
      null,
    );
    return nodes.map((node) => ({ ...node, bundle: skus.get(node.bundleId)?.code ?? '' }));
  };
  const health = async (): Promise<string | undefined> =>
    (await new SystemReadiness(world.database.source, null).check()).parts.bundles;
  const composition = async (code: string): Promise<string[]> => {
    const { rows } = await owner.query<{ code: string }>(
      `select s.code from bundle_component c join sku b on b.id = c.bundle_id join sku s on s.id = c.component_id
       where b.code = $1 and c.state = 'CURRENT' order by c.position`,
      [code],
    );
    return rows.map((row) => row.code);
  };

  it('are doubted at once, and when they are refused somebody sees it until it is seen to', async () => {
    expect(await health()).toBe('up');
    const at = soon();
    const proposed = must(await propose(world, set('pair', '1 a, 1 d', at)));
    const draft = await world.ports.changes.requestById(proposed.id);
    expect(draft?.warnings.map(({ message }) => message).join()).toMatch(
      /pair from .* d is DRAFT; if it still is then/,
    );
    const { id } = await apply(world, set('pair', '1 a, 1 d', at));
    await past(at);
    await takeEffect(world.ports);
    const [failure, ...rest] = await failures(true);
    expect(rest).toEqual([]);
    expect(failure).toMatchObject({ bundle: 'pair', kind: 'REFUSED', changeRequestId: id, attempts: 1, open: true });
    expect(failure?.dueAt.getTime()).toBe(at.getTime());
    expect(failure?.problems).toMatchObject([{ code: 'GATE_UNSATISFIED' }]);
    expect(await health()).toBe('1 version could not take effect');
    const key = failure?.id ?? '';
    expect(await closeVersionFailure(world.ports, HOST, key, ' ')).toMatchObject({ problems: [{ code: 'REQUIRED' }] });
    must(await closeVersionFailure(world.ports, HOST, key, 'd comes next week'));
    expect(await closeVersionFailure(world.ports, HOST, key, 'again')).toMatchObject({
      problems: [{ code: 'WRONG_STATE' }],
    });
    expect(await failures(true)).toEqual([]);
    expect(await failures(false)).toMatchObject([{ closedBecause: 'd comes next week', closedBy: HOST.actor }]);
    expect(await health()).toBe('up');
  });

  it('are settled by whoever composes the bundle anew', async () => {
    const at = soon();
    await apply(world, set('pair', '1 b, 1 d', at));
    await past(at);
    await takeEffect(world.ports);
    expect(await failures(true)).toHaveLength(1);
    await apply(world, set('pair', '2 a, 1 b'));
    expect(await failures(true)).toEqual([]);
  });

  it('neither stop nor hide others, and are told where they break', async () => {
    const at = soon();
    const later = new Date(at.getTime() + 100);
    await apply(world, set('other', '1 c, 1 d', at), set('third', '2 c', later));
    await past(later);
    // Something that no rule of ours foresees, so that the transaction of this one bundle fails.
    await owner.query(`create function break_it() returns trigger language plpgsql as
      $$ begin if new.code = 'other' then raise exception 'broken on purpose'; end if; return new; end $$`);
    await owner.query('create trigger break_it before update on sku for each row execute function break_it()');
    let after: DuePlace | null = null;
    let calls = 0;
    do {
      after = await takeEffect(world.ports, after, 1);
      calls += 1;
    } while (after !== null);
    expect(calls).toBe(3);
    expect(await composition('third')).toEqual(['c']);
    expect(await composition('other')).toEqual(['a', 'b']);
    await takeEffect(world.ports);
    expect(await failures(true)).toMatchObject([
      { bundle: 'other', kind: 'FAILED', attempts: 2, error: expect.stringContaining('broken on purpose') },
    ]);
    const { rows } = await owner.query(
      `select type from audit_event where subject = 'other' and type like 'BUNDLE_VERSION_%'`,
    );
    expect(rows).toEqual([{ type: 'BUNDLE_VERSION_FAILED' }]);
    await owner.query('drop trigger break_it on sku');
    await takeEffect(world.ports);
    expect(await composition('other')).toEqual(['c', 'd']);
    expect(await failures(true)).toEqual([]);
    expect(await failures(false)).toMatchObject([{ bundle: 'other', closedBecause: 'it took effect' }, {}, {}]);
  });

  it('keep back what is to follow them, and nothing that came before', async () => {
    const at = soon();
    const [second, last] = [new Date(at.getTime() + 50), new Date(at.getTime() + 100)];
    await apply(world, set('other', '2 c', at), set('other', '7 c', second), set('other', '3 d', last));
    await past(last);
    await owner.query(`create function break_seven() returns trigger language plpgsql as
      $$ begin if new.snapshot->'bundle'->0->>'quantity' = '7' then raise exception 'no sevens'; end if; return new; end $$`);
    await owner.query(
      'create trigger break_seven before insert on sku_revision for each row execute function break_seven()',
    );
    await takeEffect(world.ports);
    expect(await composition('other')).toEqual(['c']);
    const [failure, ...rest] = await failures(true);
    expect(rest).toEqual([]);
    expect(failure).toMatchObject({ bundle: 'other', dueAt: second });
    expect(failure?.error).toMatch(/no sevens.*; later versions that wait behind it: 1$/);
    await owner.query('drop trigger break_seven on sku_revision');
    await takeEffect(world.ports);
    expect(await composition('other')).toEqual(['d']);
    expect(await failures(true)).toEqual([]);
  });

  it('are passed by where a freeze holds them, so that others come in', async () => {
    const at = soon();
    const later = new Date(at.getTime() + 100);
    await apply(world, move('other', 'PRELAUNCH'), move('c', 'PRELAUNCH'), move('d', 'PRELAUNCH'));
    await apply(world, set('other', '2 c, 1 d', at), set('third', '3 c', later), set('pair', '3 a', at));
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const freeze = {
      name: 'count',
      from: new Date().toISOString(),
      to: until,
      systems: ['shopify'],
      reason: 'stock-taking',
    };
    must(await setSetting(world.ports, HOST, { key: 'freezeWindows', value: [freeze], reason: 'stock-taking' }));
    await past(later);
    let place: DuePlace | null = await takeEffect(world.ports, null, 1);
    expect(place).not.toBe(null);
    while (place !== null) place = await takeEffect(world.ports, place, 1);
    expect(await composition('other')).toEqual(['d']);
    expect(await composition('third')).toEqual(['c']);
    expect(await composition('pair')).toEqual(['a', 'b']);
    const { rows } = await owner.query<{ quantity: number }>(
      `select c.quantity from bundle_component c join sku b on b.id = c.bundle_id
       where b.code in ('other', 'third') and c.state = 'CURRENT' order by b.code, c.position`,
    );
    expect(rows.map(({ quantity }) => quantity)).toEqual([3, 3]);
    expect(await failures(true)).toEqual([]);
    // A freeze may last for weeks and hold thousands: a sweep neither plans nor locks what it passes by.
    const sent = recordStatements(world.database.source);
    await takeEffect(world.ports);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter((text) => /\bfor (no key )?update\b|advisory/i.test(text))).toEqual([]);
  });
});
