import { Module } from '@nestjs/common';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { AccessModule } from '../../src/access/access.module.js';
import { BOOTSTRAP_KEY, METRICS_TOKEN, PRODUCTION } from '../../src/access/tokens.js';
import { Metrics } from '../../src/application/ports/meter.js';
import { ServiceMetrics } from '../../src/porch/metrics/service-metrics.js';
import { Ports } from '../../src/application/ports/ports.js';
import type { ReadinessReport } from '../../src/application/ports/readiness.js';
import { Readiness } from '../../src/application/ports/readiness.js';
import { ReportRenderer } from '../../src/application/ports/report-renderer.js';
import { importCommand } from '../../src/cli/import-command.js';
import { reportCommand } from '../../src/cli/report-command.js';
import { HttpModule } from '../../src/http/http.module.js';
import { BoundReportRenderer } from '../../src/porch/report-renderer.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

@Module({})
class GivenModule {}

@Module({})
class RootModule {}

const KEY = 'a-bootstrap-key-of-more-than-32-characters';
const HEADER = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status';

class SwitchedReadiness extends Readiness {
  ready = true;

  check(): Promise<ReadinessReport> {
    return Promise.resolve({ ready: this.ready, parts: { database: this.ready ? 'up' : 'down' } });
  }
}

const readiness = new SwitchedReadiness();
const folder = mkdtempSync(join(tmpdir(), 'skuward-import-'));
let world: World;
let app: NestExpressApplication;
let url: string;

beforeAll(async () => {
  world = await buildWorld({ worker: true });
  const providers = [
    { provide: Ports, useValue: world.ports },
    { provide: Readiness, useValue: readiness },
    { provide: ReportRenderer, useClass: BoundReportRenderer },
    { provide: BOOTSTRAP_KEY, useValue: KEY },
    { provide: PRODUCTION, useValue: true },
    { provide: METRICS_TOKEN, useValue: null },
    { provide: Metrics, useValue: new ServiceMetrics(world.ports.log) },
  ];
  // The room's own module under the porch's: the same providers, made global.
  const given = { module: GivenModule, global: true, providers, exports: providers };
  const root = { module: RootModule, imports: [given, AccessModule, HttpModule] };
  app = await NestFactory.create<NestExpressApplication>(root, { bodyParser: false, logger: false });
  app.use('/webhooks', express.raw({ type: () => true, limit: '5mb' }));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(async () => {
  await app.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

function csv(name: string, ...rows: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, [HEADER, ...rows, ''].join('\n'));
  return path;
}

/** Runs a command and keeps what it said. */
async function run(
  command: typeof importCommand,
  args: string[],
  options: { key?: string | null; isTty?: boolean } = {},
): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const { key = KEY, isTty = false } = options;
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), isTty };
  return { code: await command(args, { ...io, env: { url, key } }), out, err };
}

async function errorOf(answer: Response): Promise<unknown> {
  expect(answer.headers.get('content-type')).toContain('application/json');
  const body: unknown = await answer.json();
  expect(body).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  return [answer.status, JSON.parse(JSON.stringify(body)).error.code];
}

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', body, headers: { authorization: `Bearer ${KEY}`, ...headers } });
}

describe('skuward import', () => {
  it('uploads, follows the job that a worker takes, and tells what was not taken', async () => {
    const path = csv('cups.csv', 'cup,Cup,Size,S,CLI-S,ten,active', 'cup,,,M,CLI-M,5,', 'cup,,,L,,5,');
    const { code, out, err } = await run(importCommand, [path]);
    expect([code, err]).toEqual([0, []]);
    expect(out[0]).toBe('uploading cups.csv');
    expect(out).toContain('SUCCEEDED: SKUs taken: 2, rows read: 3, rows not taken: 1');
    const table = out.slice(out.findIndex((line) => line.startsWith('line')));
    expect(table).toHaveLength(3);
    expect(table[1]).toMatch(/^2 +Variant Price +value not taken +INVALID_FORMAT +.* +ten$/);
    expect(table[2]).toMatch(/^4 +Variant SKU +row not taken +REQUIRED/);
    expect(await world.ports.catalog.skuByCode('CLI-M')).toMatchObject({ state: 'ACTIVE', price: '5.00' });
  });

  it('draws over its progress on a terminal only', async () => {
    const { out } = await run(importCommand, [csv('tty.csv', 'tty,Tty,Size,S,TTY-S,1,active')], { isTty: true });
    expect(out.some((line) => line.startsWith('\u001B[1A\u001B[2K['))).toBe(true);
    expect(out.some((line) => line.includes('100%'))).toBe(true);
  });

  it('ends with 1 and a sentence when nothing could be taken', async () => {
    const { code, err } = await run(importCommand, [csv('bare.csv', 'bare,Bare,Size,S,,1,active')]);
    expect(code).toBe(1);
    expect(err.join()).toContain('CSV_NO_SKUS');
    const faults = await Promise.all([
      run(importCommand, [join(folder, 'none.csv')]),
      run(importCommand, []),
      run(importCommand, ['a.csv', '--colour', 'red']),
      run(importCommand, [csv('k.csv')], { key: null }),
      run(importCommand, [csv('k.csv')], { key: 'sku_wrong' }),
      run(importCommand, [csv('k.csv'), '--url', 'http://127.0.0.1:9']),
      run(importCommand, [csv('k.csv'), '--mode', 'guess']),
    ]);
    expect(faults.map((each) => each.code)).toEqual(faults.map(() => 1));
    expect(faults.map(({ err: [line] }) => line)).toEqual([
      expect.stringContaining('there is no file'),
      expect.stringContaining('import takes one file'),
      expect.stringContaining('--colour'),
      expect.stringContaining('SKUWARD_API_KEY'),
      expect.stringContaining('answered 401'),
      expect.stringContaining('does not answer'),
      expect.stringContaining('mode is baseline or propose'),
    ]);
  });
});

describe('the doors', () => {
  it('refuse imports that nobody may make, or that are none', async () => {
    const path = '/imports?format=shopify-csv&mode=baseline';
    expect(await errorOf(await post(path, HEADER, { authorization: '' }))).toEqual([401, 'UNAUTHENTICATED']);
    expect(await errorOf(await post('/imports', HEADER))).toEqual([400, 'INVALID_FORMAT']);
    const twice = await post('/imports?format=sku-csv&format=shopify-csv&mode=baseline', HEADER);
    expect([twice.status, await twice.json()]).toMatchObject([400, { error: { message: 'format is one text' } }]);
    const bearer = { headers: { authorization: `Bearer ${KEY}` } };
    expect(await errorOf(await fetch(`${url}/imports/none`, bearer))).toEqual([404, 'NOT_FOUND']);
    const answer = await post(path, `${HEADER}\n`);
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ state: 'RUNNING', rowsRead: 0, changeRequest: null, errors: [] });
  });

  it('give the drift audit as a page that may do nothing, and as JSON', async () => {
    const out = join(folder, 'audit.html');
    const quarter = `${new Date().getUTCFullYear()}-Q${Math.floor(new Date().getUTCMonth() / 3) + 1}`;
    expect(await run(reportCommand, [quarter, '--out', out])).toMatchObject({ code: 0, err: [] });
    expect(readFileSync(out, 'utf8')).toContain(quarter);
    const bearer = { headers: { authorization: `Bearer ${KEY}` } };
    const page = await fetch(`${url}/reports/drift-audit/${quarter}.html`, bearer);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const json = await fetch(`${url}/reports/drift-audit/${quarter}.json`, bearer);
    expect(await json.json()).toMatchObject({ quarter });
    expect(await errorOf(await fetch(`${url}/reports/drift-audit/${quarter}.pdf`, bearer))).toEqual([404, 'NOT_FOUND']);
    expect(await errorOf(await fetch(`${url}/reports/drift-audit/soon.html`, bearer))).toEqual([400, 'INVALID_FORMAT']);
    expect((await run(reportCommand, ['soon', '--out', out])).code).toBe(1);
  });

  it('take no webhook that is not signed, or of a system that is not there', async () => {
    expect(await errorOf(await post('/webhooks/shopify/nowhere', '{}'))).toEqual([404, 'NOT_FOUND']);
    const [shop] = (await world.ports.operations.systems()).filter(({ kind }) => kind === 'SHOPIFY');
    const unsigned = await post(`/webhooks/shopify/${shop?.code}`, '{}', { 'x-shopify-topic': 'products/update' });
    expect(await errorOf(unsigned)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('say how the process stands, without a key', async () => {
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    readiness.ready = false;
    const answer = await fetch(`${url}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([503, { status: 'not ready', parts: { database: 'down' } }]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});
