import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { BudgetTold, RateBudgets } from '../../src/application/ports/rate-budget.js';
import { CallPacer } from '../../src/connectors/shopify/calling/call-pacer.js';
import { LocalBudgets } from '../../src/connectors/shopify/calling/local-budgets.js';
import { openSource } from '../../src/storage/data-source.js';
import { sqlOver } from '../../src/storage/sql.js';
import { SqlRateBudgets } from '../../src/storage/stores/rate-budgets.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';

const SHOP = 'shopify';
/** So slow that nothing flows back while a test runs. */
const DROP = 0.001;

let fresh: FreshDatabase;
let source: DataSource;

beforeAll(async () => {
  fresh = await freshDatabase();
  source = await openSource(fresh.appUrl);
  await source.query(
    `insert into system (code, kind, connector, mode, currency, link, health) values ($1, 'SHOPIFY', 'shopify', 'WRITE', 'USD', 'LINKED', 'UP')`,
    [SHOP],
  );
});

afterAll(async () => {
  await source.destroy();
  await fresh.drop();
});

const told = (left: number, restoreRate = DROP, maximum = 1_000): BudgetTold => ({ maximum, left, restoreRate });

describe.each([
  ['shared', (): RateBudgets => new SqlRateBudgets(sqlOver(source))],
  ['local', (): RateBudgets => new LocalBudgets()],
])('a %s budget', (_, make) => {
  let budgets: RateBudgets;
  const take = (points: number, keep = 0): ReturnType<RateBudgets['reserve']> =>
    budgets.reserve(SHOP, { points, share: 0.8, keep });
  const settle = (refund: number, of: BudgetTold, underWay = 0): Promise<void> =>
    budgets.settle(SHOP, { refund, share: 0.8, told: of, underWay });

  beforeEach(async () => {
    await source.query('delete from rate_budget');
    budgets = make();
  });

  it('grants everything until the system has told of it', async () => {
    expect(await take(10_000)).toEqual({ granted: true, waitSeconds: 0, taken: 0 });
    await settle(0, told(1_000));
    expect(await take(10)).toEqual({ granted: true, waitSeconds: 0, taken: 10 });
  });

  it('leaves the head-room, and says how long to wait for the rest', async () => {
    await settle(0, told(1_000, 100));
    expect(await take(790)).toMatchObject({ granted: true });
    const { granted, waitSeconds } = await take(90);
    expect(granted).toBe(false);
    // 80 of 100 points a second are ours; some 10 are left.
    expect(waitSeconds).toBeGreaterThan(0.8);
    expect(waitSeconds).toBeLessThan(1.05);
  });

  it('keeps some for those who are more urgent', async () => {
    await settle(0, told(1_000));
    expect(await take(700)).toMatchObject({ granted: true });
    expect(await take(30, 0.1)).toMatchObject({ granted: false });
    expect(await take(30)).toMatchObject({ granted: true });
  });

  it('takes back what was not spent, up to the brim', async () => {
    await settle(0, told(1_000));
    await take(800);
    await settle(700, told(1_000));
    expect(await take(690)).toMatchObject({ granted: true });
    await settle(5_000, told(1_000));
    expect(await take(801)).toMatchObject({ granted: true });
    expect(await take(1)).toMatchObject({ granted: false });
  });

  it('is corrected downwards by what the system says, less what is under way', async () => {
    await settle(0, told(1_000));
    await settle(0, told(100), 40);
    expect(await take(61)).toMatchObject({ granted: false });
    expect(await take(59)).toMatchObject({ granted: true });
  });

  it('lets through what is dearer than it ever holds, once it is full', async () => {
    await settle(0, told(1_000));
    await take(1);
    expect(await take(900)).toMatchObject({ granted: false });
    await settle(1, told(1_000));
    expect(await take(900)).toMatchObject({ granted: true });
  });
});

describe('the shared budget', () => {
  it('is spent once, however many ask at a time', async () => {
    const budgets = new SqlRateBudgets(sqlOver(source));
    await source.query('delete from rate_budget');
    await budgets.settle(SHOP, { refund: 0, share: 0.8, told: told(1_000), underWay: 0 });
    const asks = Array.from({ length: 60 }, () => budgets.reserve(SHOP, { points: 20, share: 0.8, keep: 0 }));
    const granted = (await Promise.all(asks)).filter((each) => each.granted);
    expect(granted).toHaveLength(40);
  });

  const broken: RateBudgets = {
    reserve: () => Promise.reject(new Error('down')),
    settle: () => Promise.reject(new Error('down')),
  };

  it('gives way to one of the process, which takes back what was not spent, too', async () => {
    const pacer = new CallPacer(SHOP, broken, 0.8);
    const throttleStatus = { maximumAvailable: 1_000, currentlyAvailable: 1_000, restoreRate: DROP };
    const cost = { requestedQueryCost: 500, actualQueryCost: 1, throttleStatus };
    // Of our 800 points a second call would find 300 if the first had kept what it did not cost.
    for (let call = 0; call < 4; call += 1)
      await pacer.settle(await pacer.admit('query', {}, 'PERSON'), 'query', {}, cost);
    const dear = { ...cost, actualQueryCost: 500 };
    await pacer.settle(await pacer.admit('query', {}, 'PERSON'), 'query', {}, dear);
    await expect(pacer.admit('query', {}, 'PERSON')).rejects.toMatchObject({ fault: { code: 'BUDGET_SPENT' } });
  });

  it('keeps no call from its caller when the database does not answer', async () => {
    const pacer = new CallPacer(SHOP, broken, 0.8);
    const cost = {
      requestedQueryCost: 10,
      actualQueryCost: 10,
      throttleStatus: { maximumAvailable: 100, currentlyAvailable: 90, restoreRate: 50 },
    };
    for (let call = 0; call < 3; call += 1) {
      await pacer.settle(await pacer.admit('query', {}, 'PERSON'), 'query', {}, cost);
    }
    expect(pacer.costs.expected('query', {})).toBe(10);
  });
});

describe('the first calls, of which nothing was taken because nobody knew the budget', () => {
  it.each([
    ['shared', (): RateBudgets => new SqlRateBudgets(sqlOver(source))],
    ['local', (): RateBudgets => new LocalBudgets()],
  ])('give nothing back to a %s budget: others keep their head-room', async (_, make) => {
    await source.query('delete from rate_budget');
    const budgets = make();
    const pacers = Array.from({ length: 4 }, () => new CallPacer(SHOP, budgets, 0.8));
    const admitted = await Promise.all(pacers.map((pacer) => pacer.admit('query', {}, 'PERSON')));
    // Only the head-room is left, so nothing of it is ours, though each may have cost 60 and cost 1.
    const throttleStatus = { maximumAvailable: 1_000, currentlyAvailable: 200, restoreRate: DROP };
    const cost = { requestedQueryCost: 60, actualQueryCost: 1, throttleStatus };
    for (const [at, pacer] of pacers.entries()) await pacer.settle(admitted[at]!, 'query', {}, cost);
    expect(await budgets.reserve(SHOP, { points: 1, share: 0.8, keep: 0 })).toMatchObject({ granted: false });
  });
});

describe('the pacer', () => {
  const bucket = (left: number): object => ({
    requestedQueryCost: 50,
    actualQueryCost: 50,
    throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: left, restoreRate: 2 },
  });

  it('refuses what will not be there in time, as nothing that was sent', async () => {
    const pacer = new CallPacer(SHOP, new LocalBudgets(), 0.8);
    await pacer.settle(await pacer.admit('query', {}, 'PUBLISH'), 'query', {}, bucket(20));
    await expect(pacer.admit('query', {}, 'PUBLISH')).rejects.toMatchObject({
      fault: { class: 'RATE_LIMITED', code: 'BUDGET_SPENT', ambiguous: false },
    });
  });

  it('lets a person through where publishing has to wait, and that before a scan', async () => {
    const pacer = new CallPacer(SHOP, new LocalBudgets(), 0.8);
    // 60 of our 800 are left, of which publishing leaves 80 alone.
    await pacer.settle(await pacer.admit('query', {}, 'PUBLISH'), 'query', {}, bucket(260));
    const scan = pacer.admit('query', {}, 'SCAN', AbortSignal.timeout(100));
    await expect(pacer.admit('query', {}, 'PUBLISH')).rejects.toMatchObject({ fault: { code: 'BUDGET_SPENT' } });
    await pacer.admit('query', {}, 'PERSON');
    await expect(scan).rejects.toMatchObject({ fault: { code: 'NOT_SENT', ambiguous: false } });
  });

  it('knows what a document costs by how much is sent with it', async () => {
    const { costs } = new CallPacer(SHOP, new LocalBudgets(), 0.8);
    costs.learn('m', { variants: [1, 2] }, 11);
    costs.learn('m', { variants: Array.from({ length: 100 }) }, 30);
    expect(costs.expected('m', { variants: [3, 4] })).toBe(11);
    expect(costs.expected('m', { variants: [3] })).toBe(30);
    expect(costs.expected('other', {})).toBe(60);
  });
});
