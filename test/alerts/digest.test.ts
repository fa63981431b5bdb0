import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { assignDeliveries } from '../../src/application/publishing/assign-deliveries.js';
import { systemPaused } from '../../src/domain/alerts/occasions.js';
import { lateDigest } from '../../src/application/alerts/late-digest.js';
import { raiseDigest } from '../../src/application/alerts/raise-digest.js';
import type { AlertView } from '../../src/application/ports/alert-store.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { ServiceMetrics } from '../../src/porch/metrics/service-metrics.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import { sqlOver } from '../../src/storage/sql.js';
import { SqlMetricsReader } from '../../src/storage/readers/metrics-reader.js';
import { SqlFindingStore } from '../../src/storage/stores/finding-store.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, importBaseline, must } from '../support/world.js';

const CSV =
  'Handle,Title,Vendor,Variant SKU,Variant Price,Status\ntea,Tea,V,T-1,5.00,active\ntea2,Tea,V,T-2,5.00,active\n';

describe('the daily digest', () => {
  let world: World;
  let sent: string[];

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
    // Nothing else asks from now on.
    await world.worker.stop();
    sent = recordStatements(world.database.source);
  });

  afterAll(() => world.close());

  const sql = <T = unknown>(text: string, values: unknown[] = []): Promise<T[]> =>
    sqlOver(world.database.source).rows<T>(text, values);

  /** A process whose clock stands there, in Berlin. */
  const at = (instant: string): Ports =>
    Object.create(world.ports, {
      clock: { value: { now: () => new Date(instant) } },
      alerting: { value: { messenger: null, digestAt: '09:00', zone: 'Europe/Berlin' } },
    }) as Ports;
  const digests = async (): Promise<AlertView[]> =>
    (await world.ports.alerts.alerts({ first: 50, after: null }, { kinds: ['DIGEST'] })).items.map(({ node }) => node);
  const days = async (): Promise<string[]> => (await digests()).map(({ subject }) => subject).toSorted();

  it('is raised once a day, by whichever worker comes first, and not before its time', async () => {
    expect(await raiseDigest(at('2027-01-10T07:59:00Z'), null)).toBeNull();
    expect(await days()).toEqual([]);
    const workers = Array.from({ length: 5 }, () => raiseDigest(at('2027-01-10T08:00:00Z'), null));
    expect(new Set(await Promise.all(workers))).toEqual(new Set(['2027-01-10']));
    await raiseDigest(at('2027-01-10T22:00:00Z'), null);
    expect(await days()).toEqual(['2027-01-10']);
  });

  it('is raised late on the same day, and once after a week', async () => {
    await raiseDigest(at('2027-01-11T22:30:00Z'), null);
    await raiseDigest(at('2027-01-18T12:00:00Z'), '2027-01-11');
    await raiseDigest(at('2027-01-18T12:10:00Z'), null);
    expect(await days()).toEqual(['2027-01-10', '2027-01-11', '2027-01-18']);
  });

  it('is late where it is not there five minutes after its time, until it is there or the day is over', async () => {
    const late = (instant: string): Promise<string | null> => lateDigest(at(instant));
    expect(await late('2027-01-15T08:04:00Z')).toBeNull();
    expect(await late('2027-01-15T08:05:00Z')).toBe('2027-01-15');
    expect(await late('2027-01-15T22:59:00Z')).toBe('2027-01-15');
    expect(await late('2027-01-15T23:01:00Z')).toBeNull();
    expect(await late('2027-01-18T12:30:00Z')).toBeNull();
    const none = { alerting: { value: { messenger: null, digestAt: null, zone: 'UTC' } } };
    expect(await lateDigest(Object.create(at('2027-01-15T12:00:00Z'), none) as Ports)).toBeNull();
  });

  it('that cannot be worked out is told where readiness and metrics are asked', async () => {
    const broken = at('2027-01-15T12:00:00Z');
    const late = (): Promise<string | null> => lateDigest(broken);
    const readiness = new SystemReadiness(world.database.source, null, world.ports.alerts, late);
    const { ready, parts } = await readiness.check();
    expect([ready, parts['digest']]).toEqual([true, expect.stringContaining('degraded: the digest of 2027-01-15')]);
    const gauge = async (of: () => Promise<string | null>): Promise<string | undefined> => {
      const metrics = new ServiceMetrics(world.ports.log);
      metrics.readFrom(new SqlMetricsReader(sqlOver(world.database.source), of));
      return /^skuward_digest_late (\d)$/m.exec((await metrics.render()).text)?.[1];
    };
    expect([await gauge(late), await gauge(() => lateDigest(at('2027-01-18T12:30:00Z')))]).toEqual(['1', '0']);
  });

  it('asks nothing of the database once the day is known to be done', async () => {
    sent.length = 0;
    await raiseDigest(at('2027-01-18T20:00:00Z'), '2027-01-18');
    expect(sent).toEqual([]);
  });

  it('tells what waits, owner by owner, overdue first, in a constant number of statements', async () => {
    const [sku] = await sql<{ id: string; product_id: string }>(`select id, product_id from sku where code = 'T-1'`);
    const draft = (identity: string, severity: FindingDraft['severity']): FindingDraft => ({
      identity,
      kind: 'FIELD',
      recordId: null,
      productId: sku?.product_id ?? null,
      skuId: sku?.id ?? null,
      target: 'T-1',
      field: identity,
      expected: '1',
      found: '2',
      lastPublished: null,
      severity,
      attribution: null,
    });
    await world.database.source.transaction(async (tx) => {
      const store = new SqlFindingStore(sqlOver(tx), () => world.ports.newId());
      await store.record('erp', [draft('title', 'LOW'), draft('price', 'HIGH')], 'FULL_SCAN');
    });
    await sql(`update finding set due_at = clock_timestamp() - interval '1 hour' where field = 'price'`);
    await sql(
      `insert into delivery (id, system, entity, product_id, sku_id, target, revision, state, last_error, cause, cause_shape, died_at, due_at)
       values ($1, 'erp', 'SKU', $2, $3, 'T-1', 1, 'DEAD_LETTERED', '{"class":"VALIDATION","code":"422","message":"no <such> tax"}',
         'a', 'no <such> tax', clock_timestamp() - interval '2 days', clock_timestamp() - interval '1 day')`,
      [world.ports.newId(), sku?.product_id, sku?.id],
    );
    // Refused by the same system with the same code, and for something else.
    await sql(
      `insert into delivery (id, system, entity, product_id, sku_id, target, revision, state, last_error, cause, cause_shape, died_at, due_at)
       select gen_random_uuid(), 'erp', 'SKU', s.product_id, s.id, s.code, 1, 'DEAD_LETTERED',
         jsonb_build_object('class', 'VALIDATION', 'code', '422', 'message', 'above 5 for ' || s.code), 'b', 'above … for …',
         clock_timestamp() - interval '2 days', clock_timestamp() + interval '1 day' from sku s where s.code = 'T-2'`,
    );
    const change = {
      kind: 'skuUpdate' as const,
      input: { code: 'T-1', baseRevision: null, fields: { price: '6.00' } },
    };
    const request = { title: 'Dearer tea', reason: null, idempotencyKey: null, changes: [change] };
    must(await createChangeRequest(world.ports, world.people.mia, request, false));
    await sql(`update system set health = 'DOWN' where code = 'erp'`);
    await sql(
      `insert into scan (id, system, mode, state, started_by, finished_at, error)
       values ($1, 'erp', 'FULL', 'FAILED', '{}', clock_timestamp() + interval '1 hour', 'the ERP hung up')`,
      [world.ports.newId()],
    );
    await sql(`insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from)
      select gen_random_uuid(), 'SKU', 'T-2', 't-2', id, clock_timestamp() from party where code = 'oli'`);
    await sql(`update party set active = false where code = 'oli'`);
    await world.ports.outbox.nowhere();
    sent.length = 0;
    await raiseDigest(at('2027-01-19T08:00:00Z'), null);
    expect(sent.length).toBeLessThan(20);
    await sql(`delete from delivery where cause = 'b'`);
    const [digest] = await digests();
    expect(digest?.title).toBe('Skuward on 2027-01-19: 2 overdue, 1 paused system, 1 unfinished scan, 3 unsent alerts');
    expect(digest?.body.split('\n')).toEqual([
      'Dead letters: 2 open, 0 new, 1 overdue',
      expect.stringMatching(/^Findings: \d+ open \(.*1 HIGH.*\), \d+ new, 1 overdue$/),
      'Requests waiting for approval: 1',
      'Orphaned SKUs: 1',
      'Paused systems: 1',
      'Scans that did not finish: 1',
      expect.stringMatching(/^\d+ alerts could not be sent/),
    ]);
    const group = (heading: string): AlertView['groups'][number] | undefined =>
      digest?.groups.find((each) => each.heading.startsWith(heading));
    expect(group('Dead letters by cause')?.lines).toEqual([
      'erp VALIDATION 422: 1 open, 0 new, 1 overdue (no <such> tax)',
      'erp VALIDATION 422: 1 open, 0 new, 0 overdue (above … for …)',
    ]);
    expect(group('Systems that nothing is sent to')?.lines).toEqual(['erp']);
    expect(group('Scans')?.lines).toEqual(['erp: failed: the ERP hung up']);
    expect(group('Alerts that could not be sent')?.lines).toContainEqual(
      expect.stringMatching(/^NOWHERE: Skuward on 2027-01-18: .* \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)$/),
    );
    expect(group('SKUs that nobody')?.lines).toEqual(['OWNER_INACTIVE: 1']);
    const ada = digest?.groups.find(({ ownerId }) => ownerId === world.people.ada.actor.partyId);
    expect(ada?.heading).toMatch(/^1 dead letter \(1 overdue\), \d+ findings? \(1 overdue\), 1 request to approve$/);
    expect(ada?.lines.slice(0, 2).toSorted()).toEqual([
      'OVERDUE HIGH T-1 in erp: price differs',
      'OVERDUE T-1 in erp: no <such> tax',
    ]);
    expect(ada?.lines.join()).toContain('waits for approval: Dearer tea');
  });

  it('tells a dead letter to whom it was made, and to its owner only while it is nobody’s', async () => {
    const sharesOf = async (day: string): Promise<Map<string | null, string>> => {
      await raiseDigest(at(`2027-02-${day}T08:00:00Z`), null);
      const digest = (await digests()).find(({ subject }) => subject === `2027-02-${day}`);
      const shares = digest?.groups.filter(({ heading }) => heading.includes('dead letter (')) ?? [];
      return new Map(shares.map(({ ownerId, lines }) => [ownerId, lines.join('\n')]));
    };
    const { ada, mia } = world.people;
    const line = 'OVERDUE T-1 in erp: no <such> tax';
    expect(await sharesOf('01')).toEqual(new Map([[ada.actor.partyId, expect.stringContaining(line)]]));
    must(await assignDeliveries(world.ports, world.people.alex, { ids: null, filter: { system: 'erp' } }, 'mia'));
    expect(await sharesOf('02')).toEqual(new Map([[mia.actor.partyId, expect.stringContaining(line)]]));
    // Who has left looks at nothing: it falls back to its owner, and is not lost between the two.
    await sql(`update party set active = false where code = 'mia'`);
    expect(await sharesOf('03')).toEqual(new Map([[ada.actor.partyId, expect.stringContaining(line)]]));
  });

  it('names alerts that wait for a broken Slack, and none that is merely new', async () => {
    const { ports } = world;
    await ports.work.run((stores) =>
      stores.alerts.raise([systemPaused('erp', 'new', 'why', null), systemPaused('shopify', 'failed', 'why', null)]),
    );
    await sql(
      `update alert set attempts = 2, last_error = 'Slack answered HTTP 503' where key = 'pause:shopify:failed'`,
    );
    await sql(`delete from alert where state <> 'WAITING'`);
    await raiseDigest(at('2027-02-04T08:00:00Z'), null);
    const [digest] = await digests();
    expect(digest?.body).toContain('1 alerts could not be sent');
    expect(digest?.groups.find(({ heading }) => heading.startsWith('Alerts'))?.lines).toEqual([
      expect.stringMatching(/^WAITING: shopify is paused \(.* UTC\): Slack answered HTTP 503$/),
    ]);
  });
});
