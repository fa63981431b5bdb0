import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { readDriftAudit, readUnresolvedDrift } from '../../src/application/audit/read-drift-audit.js';
import type { DriftAudit } from '../../src/domain/audit/drift-audit.js';
import { SqlDriftAuditReader } from '../../src/storage/readers/drift-audit-reader.js';
import type { Sql } from '../../src/storage/sql.js';
import { sqlOver } from '../../src/storage/sql.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { type AuditRows, auditRows } from './audit-rows.js';

const NOW = new Date('2026-11-23T20:00:00Z');
let database: FreshDatabase;
let owner: DataSource;
let app: DataSource;
let rows: AuditRows;

beforeEach(async () => {
  database = await freshDatabase();
  owner = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
  app = await new DataSource({ type: 'postgres', url: database.appUrl }).initialize();
  rows = await auditRows(owner);
});

afterEach(async () => {
  await owner.destroy();
  await app.destroy();
  await database.drop();
});

async function audit(quarter = '2026-Q4', sql: Sql = sqlOver(app), now = NOW): Promise<DriftAudit> {
  const outcome = await readDriftAudit(
    { driftAudit: new SqlDriftAuditReader(sql), clock: { now: () => now } },
    quarter,
  );
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.value;
}

function short(breakdown: DriftAudit['bySystem']) {
  return breakdown.map((row) => [row.key, row.opened, row.resolved, row.openAtEnd]);
}

describe('what is counted of findings', () => {
  it('counts each opening and each resolution in the quarter that it happened in', async () => {
    await rows.addFinding('OLD', [
      ['OPENED', '2026-09-30T23:59:59Z'],
      ['RESOLVED', '2026-10-01T00:00:00Z'],
    ]);
    await rows.addFinding(
      'TWICE',
      [
        ['OPENED', '2026-10-02Z'],
        ['RESOLVED', '2026-10-03Z'],
        ['REOPENED', '2026-11-20Z'],
      ],
      {
        recurrences: 1,
      },
    );
    await rows.addFinding('STILL', [['OPENED', '2026-08-01Z']], { state: 'WAIVED' });
    await rows.addFinding('GONE', [
      ['OPENED', '2026-07-01Z'],
      ['RESOLVED', '2026-07-02Z'],
    ]);
    const { summary, recurring, recurringCount, unresolved } = await audit();
    expect(summary).toMatchObject({ opened: 2, resolved: 2, openAtEnd: 2, waived: 1 });
    // Half of a second-long and a day-long spell.
    expect(summary.medianHoursToResolve).toBeCloseTo((1 + 86_400) / 2 / 3600, 6);
    expect(summary.previous).toMatchObject({ opened: 3, resolved: 1, openAtEnd: 2, previous: null });
    expect(recurring.map(({ target }) => target)).toEqual(['TWICE']);
    expect(recurringCount).toBe(1);
    expect(unresolved.map(({ target }) => target).toSorted()).toEqual(['STILL', 'TWICE']);
  });

  it('shows a past quarter as it ended, not as things stand now', async () => {
    await rows.addFinding('SINCE RESOLVED', [
      ['OPENED', '2026-09-01Z'],
      ['RESOLVED', '2026-10-10Z'],
    ]);
    const past = await audit('2026-Q3');
    expect(past).toMatchObject({ running: false, closed: false, summary: { opened: 1, resolved: 0, openAtEnd: 1 } });
    expect(past.unresolved.map(({ target }) => target)).toEqual(['SINCE RESOLVED']);
    expect(past.gaps.at(-1)).toMatch(/^This quarter was not closed/);
    expect((await audit('2026-Q4')).unresolved).toEqual([]);
  });

  it('counts a finding that is born resolved as opened and resolved, never as open', async () => {
    await rows.addFinding('IGNORED', [
      ['OPENED', '2026-11-01Z'],
      ['RESOLVED', '2026-11-01Z'],
    ]);
    const { summary, unresolved } = await audit();
    expect(summary).toMatchObject({ opened: 1, resolved: 1, openAtEnd: 0, medianHoursToResolve: 0 });
    expect(unresolved).toEqual([]);
  });

  it('breaks them down five ways, each adding up to the whole', async () => {
    const sale = { actor: 'kim', app: 'Sale Scheduler', at: null };
    await rows.addFinding('A', [['OPENED', '2026-11-01Z']], { owned: true, attribution: sale });
    await rows.addFinding(
      'B',
      [
        ['OPENED', '2026-11-01Z'],
        ['RESOLVED', '2026-11-02Z'],
      ],
      { owned: true, attribution: sale },
    );
    await rows.addFinding('C', [['OPENED', '2026-11-01Z']], {
      kind: 'MISSING',
      field: null,
      system: 'erp',
      severity: 'MEDIUM',
      attribution: { actor: 'lee', app: null, at: null },
    });
    await rows.addFinding('D', [['OPENED', '2026-11-01Z']], { field: 'title', severity: 'LOW' });
    const made = await audit();
    expect(short(made.bySystem)).toEqual([
      ['shopify-us', 3, 1, 2],
      ['erp', 1, 0, 1],
    ]);
    expect(short(made.byField)).toEqual([
      ['price', 2, 1, 1],
      ['MISSING', 1, 0, 1],
      ['title', 1, 0, 1],
    ]);
    expect(short(made.byOwner)).toEqual([
      ['(nobody)', 2, 0, 2],
      ['merch', 2, 1, 1],
    ]);
    expect(short(made.byAttribution)).toEqual([
      ['Sale Scheduler', 2, 1, 1],
      ['lee', 1, 0, 1],
      ['unknown', 1, 0, 1],
    ]);
    expect(short(made.bySeverity)).toEqual([
      ['HIGH', 2, 1, 1],
      ['LOW', 1, 0, 1],
      ['MEDIUM', 1, 0, 1],
    ]);
    expect(made.bySystem[0]?.share).toBe(0.75);
    expect(made.unresolved.map(({ severity }) => severity)).toEqual(['HIGH', 'MEDIUM', 'LOW']);
    expect(made.unresolved[0]).toMatchObject({ owner: 'merch', attribution: sale, expected: '1', found: '2' });
  });

  it('counts by week what adds up to the quarter, and what was open when each week ended', async () => {
    await rows.addFinding('BEFORE', [
      ['OPENED', '2026-09-30T12:00:00Z'],
      ['RESOLVED', '2026-10-06T12:00:00Z'],
    ]);
    await rows.addFinding('LATE', [['OPENED', '2026-11-23T08:00:00Z']]);
    const { weekly, summary } = await audit();
    expect(weekly).toHaveLength(9);
    expect(weekly[0]).toEqual({ week: '2026-W40', opened: 0, resolved: 0, open: 1 });
    expect(weekly[1]).toEqual({ week: '2026-W41', opened: 0, resolved: 1, open: 0 });
    expect(weekly[8]).toEqual({ week: '2026-W48', opened: 1, resolved: 0, open: 1 });
    expect(weekly.reduce((sum, { opened }) => sum + opened, 0)).toBe(summary.opened);
    expect(weekly.reduce((sum, { resolved }) => sum + resolved, 0)).toBe(summary.resolved);
    expect(weekly.at(-1)?.open).toBe(summary.openAtEnd);
  });
});

describe('what is counted of SKUs', () => {
  it('governs what is past DRAFT and listed or there, and covers what was compared everywhere it is', async () => {
    const full = await rows.addSku('FULL');
    const half = await rows.addSku('HALF');
    const stale = await rows.addSku('STALE', 'ACTIVE', ['erp']);
    const there = await rows.addSku('THERE', 'RETIRED', []);
    await rows.addSku('DRAFT', 'DRAFT');
    await rows.addSku('NOWHERE', 'ACTIVE', []);
    await rows.addSku('LATER', 'ACTIVE', ['erp'], '2027-01-01Z');
    for (const system of ['erp', 'shopify-us']) await rows.addRecord(full, system, '2026-10-01Z');
    await rows.addRecord(half, 'erp', '2026-10-02Z');
    await rows.addRecord(stale, 'erp', '2026-09-30T23:59:59Z');
    await rows.addRecord(there, 'shopify-us', '2026-11-01Z');
    await rows.addFinding('HALF', [['OPENED', '2026-11-01Z']], { skuId: half });
    await rows.addFinding('HALF', [['OPENED', '2026-11-02Z']], { skuId: half, field: 'title' });
    await rows.addFinding('FULL', [['OPENED', '2026-09-02Z']], { skuId: full });
    const { summary, gaps } = await audit();
    expect(summary).toMatchObject({ skusGoverned: 4, coverage: 0.5, driftRate: 250 });
    expect(gaps).toContain('1 SKU was not compared with erp in the quarter.');
    expect(gaps).toContain('1 SKU was not compared with shopify-us in the quarter.');
  });

  it('takes a full scan of a past quarter as proof where a later comparison has replaced its own', async () => {
    const early = await rows.addSku('EARLY', 'ACTIVE', ['erp'], '2026-07-01Z');
    const young = await rows.addSku('YOUNG', 'ACTIVE', ['erp'], '2026-09-20Z');
    for (const id of [early, young]) await rows.addRecord(id, 'erp', '2026-11-01Z');
    expect((await audit('2026-Q3')).summary.coverage).toBe(0);
    await rows.addScan('erp', 'SUCCEEDED', '2026-09-01Z');
    expect((await audit('2026-Q3')).summary.coverage).toBe(0.5);
    expect((await audit('2026-Q4')).summary).toMatchObject({ coverage: 1, previous: { coverage: 0.5 } });
  });
});

describe('gaps', () => {
  it('names systems that were not scanned, failed, or are not in service', async () => {
    await rows.addScan('erp', 'SUCCEEDED', '2026-10-10Z');
    await rows.addScan('shopify-us', 'SUCCEEDED', '2026-09-10Z');
    await rows.addScan('shopify-us', 'FAILED', '2026-10-10Z', 'first');
    await rows.addScan('shopify-us', 'FAILED', '2026-10-11Z', 'second');
    await owner.query(`update system set mode = 'READ_ONLY', link = 'UNLINKED' where code = 'shopify-us'`);
    await owner.query(
      `insert into delivery (id, system, entity, product_id, target, revision, state, died_at)
       values ($1, 'erp', 'PRODUCT', $2, 'tee', 1, 'DEAD_LETTERED', '2026-11-01Z')`,
      [randomUUID(), rows.productId],
    );
    const { gaps } = await audit();
    expect(gaps).toEqual([
      expect.stringMatching(/^1 dead letter of erp is open/),
      expect.stringMatching(/^shopify-us is not linked/),
      expect.stringMatching(/^shopify-us is read-only/),
      expect.stringMatching(/^shopify-us had no finished full scan/),
      '2 scans of shopify-us failed; the last with: second.',
    ]);
  });
});

describe('SKUs without an owner', () => {
  it('are a gap, counted among all that are past DRAFT', async () => {
    const gap = (gaps: readonly string[]): string | undefined => gaps.find((each) => each.includes('owner'));
    await rows.addSku('MINE');
    await rows.addSku('ALSO');
    expect(gap((await audit()).gaps)).toMatch(/^2 SKUs of 2 have no owner who can answer/);
    const ada = randomUUID();
    await owner.query(
      `insert into party (id, code, code_folded, kind, name, active) values ($1, 'ada2', 'ada2', 'USER', 'Ada', true)`,
      [ada],
    );
    await owner.query(
      `insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from)
       values ($1, 'SKU', 'MINE', 'mine', $2, '2026-01-01Z')`,
      [randomUUID(), ada],
    );
    expect(gap((await audit()).gaps)).toMatch(/^1 SKU of 2 has no owner who can answer/);
  });
});

describe('reading it', () => {
  it('takes the same number of statements however much there is', async () => {
    let statements = 0;
    const counting: Sql = {
      ...sqlOver(app),
      rows: (text, values) => {
        statements += 1;
        return sqlOver(app).rows(text, values);
      },
    };
    const empty = await audit('2026-Q4', counting);
    const forNothing = statements;
    expect(empty.summary).toMatchObject({ skusGoverned: 0, coverage: 0, opened: 0, previous: null });
    for (let index = 0; index < 20; index += 1) {
      await rows.addFinding(`F${index}`, [['OPENED', '2026-11-01Z']], { skuId: await rows.addSku(`S${index}`) });
    }
    statements = 0;
    expect((await audit('2026-Q4', counting)).summary.opened).toBe(20);
    expect(statements).toBe(forNothing);
    expect(statements).toBeLessThanOrEqual(13);
  });

  it('pages through all that is unresolved, newest opening first', async () => {
    const ids: string[] = [];
    for (const day of ['01', '02', '03'])
      ids.unshift(await rows.addFinding(`U${day}`, [['OPENED', `2026-11-${day}Z`]]));
    await rows.addFinding('DONE', [
      ['OPENED', '2026-11-01Z'],
      ['RESOLVED', '2026-11-02Z'],
    ]);
    const ports = { driftAudit: new SqlDriftAuditReader(sqlOver(app)), clock: { now: () => NOW } };
    const first = await readUnresolvedDrift(ports, '2026-Q4', { first: 2, after: null });
    if (!first.ok) throw new Error('refused');
    expect([await first.value.totalCount(), first.value.hasNextPage]).toEqual([3, true]);
    const rest = await readUnresolvedDrift(ports, '2026-Q4', { first: 2, after: first.value.items[1]?.cursor ?? null });
    if (!rest.ok) throw new Error('refused');
    expect([...first.value.items, ...rest.value.items].map(({ node }) => node)).toEqual(ids);
  });

  it('refuses what is no quarter, and a quarter that has not begun', async () => {
    const ports = { driftAudit: new SqlDriftAuditReader(sqlOver(app)), clock: { now: () => NOW } };
    for (const text of ['2026-Q5', 'now', '2027-Q1']) {
      const outcome = await readDriftAudit(ports, text);
      expect(outcome).toMatchObject({ ok: false, problems: [{ code: 'INVALID_FORMAT', field: ['quarter'] }] });
    }
  });
});
