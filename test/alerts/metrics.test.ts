import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { mayReadMetrics } from '../../src/access/metrics-access.js';
import { ALERT_KINDS } from '../../src/domain/alerts/alert.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { ServiceMetrics } from '../../src/porch/metrics/service-metrics.js';
import { sandboxSystems } from '../../src/porch/sandbox-systems.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { systemPaused } from '../../src/domain/alerts/occasions.js';
import { ERROR_CLASSES } from '../../src/domain/publishing/system.js';
import { SqlMetricsReader } from '../../src/storage/readers/metrics-reader.js';
import { sqlOver } from '../../src/storage/sql.js';
import { recordStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { buildWorld, importBaseline, must } from '../support/world.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { linkSystem } from '../../src/application/publishing/link-system.js';

const CSV = 'Handle,Title,Vendor,Variant SKU,Variant Price,Status\ntea,Tea,V,T-1,5.00,active\n';
const TOKEN = 'a-token-for-prometheus';
const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** Names that only Prometheus itself knows, and what a histogram is told as. */
const OWN = new Set(['up']);
const WORDS = /\b(skuward_\w+|process_\w+|nodejs_\w+)\b/g;

describe('/metrics of a running service', () => {
  let world: World;
  let app: Awaited<ReturnType<typeof NestFactory.create>>;
  let url: string;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
    await world.worker.stop();
    const metrics = new ServiceMetrics(world.ports.log);
    metrics.readFrom(new SqlMetricsReader(sqlOver(world.database.source)));
    await work(metrics);
    const readiness = new SystemReadiness(world.database.source, null, world.ports.alerts);
    const parts = { ports: world.ports, readiness, metrics, metricsToken: TOKEN, bootstrapKey: null };
    app = await NestFactory.create(AppModule.with({ ...parts, publicUrl: 'http://x', production: true }), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(async () => {
    await app.close();
    await world.close();
  });

  /** A delivery to each system, by connectors that are counted. */
  async function work(metrics: ServiceMetrics): Promise<void> {
    const connectors = buildConnectors(sandboxSystems(world.sandbox), world.ports.log, { meter: metrics.meter });
    const ports = Object.create(world.ports, {
      connectors: { value: connectors },
      meter: { value: metrics.meter },
    }) as Ports;
    for (const system of ['shopify', 'erp']) must(await linkSystem(ports, world.people.alex, system, true));
    const change = {
      kind: 'skuUpdate' as const,
      input: { code: 'T-1', baseRevision: null, fields: { price: '6.00' } },
    };
    const draft = { title: 'Dearer', reason: null, idempotencyKey: null, changes: [change] };
    const { id } = must(await createChangeRequest(ports, world.people.mia, draft, false));
    must(await approveChangeRequest(ports, world.people.ada, id, null));
    for (const system of ['shopify', 'erp']) while (await publishLane(ports, system));
  }

  const scrape = async (headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }): Promise<Response> =>
    fetch(`${url}/metrics`, { headers });

  it('tells every metric that the dashboard and the rules name', async () => {
    const response = await scrape();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const text = await response.text();
    const told = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? ''));
    for (const file of ['grafana-dashboard.json', 'prometheus-alerts.yaml']) {
      const named = [...doc(file).matchAll(WORDS)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
      expect(named.length).toBeGreaterThan(10);
      expect([...new Set(named)].filter((name) => !told.has(name) && !OWN.has(name))).toEqual([]);
    }
    expect(
      [...told].filter((name) => !`${doc('grafana-dashboard.json')}${doc('prometheus-alerts.yaml')}`.includes(name)),
    ).toEqual(['process_start_time_seconds']);
  });

  it('has a rule of failing calls that a look-up before a creation does not set off', () => {
    const [, none = ''] = /alert: SkuwardApiFailing[^~]*result!~"([^"]+)"/.exec(doc('prometheus-alerts.yaml')) ?? [];
    const failing = ['OK', ...ERROR_CLASSES].filter((result) => !new RegExp(`^(?:${none})$`).test(result));
    expect(failing).toEqual(ERROR_CLASSES.filter((each) => each !== 'NOT_FOUND'));
  });

  it('has figures of what happened', async () => {
    const text = await (await scrape()).text();
    const value = (line: RegExp): number => Number(line.exec(text)?.[1] ?? Number.NaN);
    expect(
      value(/^skuward_delivery_settlements_total\{system="erp",outcome="DELIVERED",class=""\} (\d+)$/m),
    ).toBeGreaterThan(0);
    expect(value(/^skuward_delivery_latency_seconds_count\{system="shopify"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(value(/^skuward_api_calls_total\{system="erp",result="OK"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(value(/^skuward_api_calls_total\{system="shopify",result="OK"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(value(/^skuward_rate_bucket_full\{system="shopify"\} (\d+)$/m)).toBeGreaterThan(0);
    expect(value(/^skuward_alerts_unsent\{state="WAITING"\} (\d+)$/m)).toBe(0);
    expect(value(/^skuward_system_linked\{system="erp"\} (\d+)$/m)).toBe(1);
    expect(value(/^skuward_database_up (\d+)$/m)).toBe(1);
    expect(value(/^process_cpu_seconds_total (\S+)$/m)).toBeGreaterThan(0);
  });

  it('counts no delivery as stuck to a READ_ONLY system, or whose record is gone while a finding waits for somebody to decide', async () => {
    const sql = sqlOver(world.database.source);
    const oldest = async (): Promise<[number | null, number | null]> => {
      const metrics = new ServiceMetrics(world.ports.log);
      metrics.readFrom(new SqlMetricsReader(sql));
      const { text } = await metrics.render();
      const value = (name: string): number | null => {
        const found = new RegExp(`^${name}\\{system="erp"\\} (\\S+)$`, 'm').exec(text)?.[1];
        return found === undefined ? null : Number(found);
      };
      return [value('skuward_oldest_undelivered_seconds'), value('skuward_deliveries_undecided')];
    };
    await sql.rows(`insert into delivery (id, system, entity, product_id, sku_id, target, revision, state, created_at)
      select gen_random_uuid(), r.system, r.entity, r.product_id, r.sku_id, 'T-1', 1, 'PENDING', clock_timestamp() - interval '1 day'
      from record r where r.system = 'erp' and r.entity = 'SKU'`);
    expect((await oldest())[0]).toBeGreaterThan(86_000);
    await sql.rows(`update system set mode = 'READ_ONLY' where code = 'erp'`);
    expect(await oldest()).toEqual([null, 0]);
    await sql.rows(`update system set mode = 'WRITE' where code = 'erp'`);
    await sql.rows(`insert into finding (id, identity, system, kind, record_id, product_id, sku_id, target, severity, state, source, expected, found, first_seen_at, last_seen_at, opened_at)
      select gen_random_uuid(), 'gone', r.system, 'MISSING', r.id, r.product_id, r.sku_id, 'T-1', 'MEDIUM', 'OPEN', 'FULL_SCAN', '{}', 'null', clock_timestamp(), clock_timestamp(), clock_timestamp()
      from record r where r.system = 'erp' and r.entity = 'SKU'`);
    await sql.rows(`update record set match = 'MISSING' where system = 'erp'`);
    expect(await oldest()).toEqual([null, 1]);
    // Decided, and owed still: whatever keeps it now is nobody's decision.
    await sql.rows(
      `update finding set state = 'RESOLVED', resolution = 'REVERTED', resolved_at = clock_timestamp() where identity = 'gone'`,
    );
    expect((await oldest())[0]).toBeGreaterThan(86_000);
    await sql.rows(`delete from finding where identity = 'gone'`);
    await sql.rows(`delete from delivery where state = 'PENDING'`);
    await sql.rows(`update record set match = 'MATCHED' where system = 'erp'`);
  });

  it('asks the database no more often than once in five seconds, and a constant number of times', async () => {
    const metrics = new ServiceMetrics(world.ports.log);
    metrics.readFrom(new SqlMetricsReader(sqlOver(world.database.source)));
    const sent = recordStatements(world.database.source);
    await Promise.all(Array.from({ length: 20 }, () => metrics.render()));
    await metrics.render();
    expect(sent).toHaveLength(8);
  });

  it('says that the database is down, and tells what it counts itself', async () => {
    const metrics = new ServiceMetrics(world.ports.log);
    metrics.readFrom({ facts: () => Promise.reject(new Error('connection refused')) });
    const { text } = await metrics.render();
    expect(text).toMatch(/^skuward_database_up 0$/m);
    expect(text).not.toMatch(/^skuward_deliveries\{/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  });

  it('is read with its token and with nothing else', async () => {
    const statuses = await Promise.all([
      scrape({}),
      scrape({ authorization: `Bearer ${TOKEN}x` }),
      scrape({ authorization: 'Bearer ' }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403]);
    const local = { remoteAddress: '127.0.0.1', authorization: undefined, isForwarded: false };
    const may = (scraper: object, token: string | null = null): boolean =>
      mayReadMetrics({ ...local, ...scraper }, token);
    expect([may({}), may({ remoteAddress: '::1' }), may({ remoteAddress: '::ffff:127.0.0.1' })]).toEqual([
      true,
      true,
      true,
    ]);
    expect([may({ isForwarded: true }), may({ remoteAddress: '10.0.0.7' }), may({ remoteAddress: undefined })]).toEqual(
      [false, false, false],
    );
    expect([may({}, TOKEN), may({ remoteAddress: '10.0.0.7', authorization: `bearer ${TOKEN}` }, TOKEN)]).toEqual([
      false,
      true,
    ]);
  });

  it('tells of alerts that could not be sent where readiness is asked, and stays ready', async () => {
    const ready = async (): Promise<[number, string]> => {
      const response = await fetch(`${url}/health/ready`);
      const { parts } = (await response.json()) as { parts: { alerts: string } };
      return [response.status, parts.alerts];
    };
    expect(await ready()).toEqual([200, 'up']);
    await world.ports.work.run((stores) => stores.alerts.raise([systemPaused('erp', 'r', 'why', null)]));
    expect(await ready()).toEqual([200, 'up']);
    await world.ports.outbox.nowhere();
    expect(await ready()).toEqual([200, expect.stringMatching(/^degraded: 1 NOWHERE since 2/)]);
  });
});

describe('the runbook', () => {
  it('has a section for every kind of alert and for every rule, and none for what there is not', () => {
    const sections = [...doc('runbook.md').matchAll(/^### (\S+)$/gm)].map(([, name]) => name ?? '');
    const rules = [...doc('prometheus-alerts.yaml').matchAll(/^ +- alert: (\S+)$/gm)].map(([, name]) => name ?? '');
    const kinds = ALERT_KINDS.map((kind) => kind.replaceAll('_', '-'));
    expect(rules.length).toBeGreaterThan(10);
    expect(sections.toSorted()).toEqual([...kinds, ...rules].toSorted());
  });

  it('says of each what it means, what to look at, what to do and when to escalate', () => {
    const parts = doc('runbook.md').split(/^### /m).slice(1);
    for (const part of parts)
      for (const word of ['Means:', 'Look at:', 'Do:', 'Escalate:'])
        expect([part.split('\n')[0], part.replaceAll(/\s+/g, ' ').includes(word)]).toEqual([part.split('\n')[0], true]);
  });
});
