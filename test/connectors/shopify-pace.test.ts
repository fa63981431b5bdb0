import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/application/ports/connector.js';
import { ConnectorError } from '../../src/application/ports/connector.js';
import type { ObservedRecord, RootRef } from '../../src/domain/publishing/system.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { command } from './trail-tent.js';
import { updateOf } from './writes.js';

/** So slow that nothing flows back while a test runs. */
const DROP = 0.001;
const VARIANTS = 100;
const CSV = [
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status',
  ...Array.from({ length: VARIANTS }, (_, at) =>
    at === 0 ? 'lamp,Lamp,Size,S0,LAMP-0,10.00,active' : `lamp,,,S${at},LAMP-${at},10.00,`,
  ),
].join('\n');

interface Bucket {
  maximumAvailable: number;
  currentlyAvailable: number;
}

let kit: Kit;
let lamp: RootRef;
let connector: Connector;

const bucket = (levers: object = {}): Promise<Bucket> => kit.control('shopify', 'POST', 'throttle', levers);

beforeEach(async () => {
  kit = await startKit();
  await kit.control('shopify', 'POST', 'fill', CSV);
  const { products } = await kit.control<{ products: { id: string }[] }>('shopify', 'GET', 'products?handle=lamp');
  lamp = { externalId: products[0]?.id ?? '', code: null };
  connector = kit.connector('shopify');
});
afterEach(() => kit.close());

async function variants(): Promise<ObservedRecord[]> {
  const [reading] = await connector.readRoots([lamp]);
  return (reading?.records ?? []).filter(({ entity }) => entity === 'SKU');
}

describe('what Shopify finds too dear for one call', () => {
  /** Enough for a page of ten variants, and for a write of fifty. */
  const LIMIT = 25;

  /** The requests that something gave rise to; what was refused has no name: it never came to be an operation. */
  async function requests(work: () => Promise<unknown>): Promise<JournalEntry[]> {
    const { last } = await kit.control<{ last: number }>('shopify', 'GET', 'journal?after=0');
    await work();
    const { entries } = await kit.control<{ entries: JournalEntry[] }>('shopify', 'GET', `journal?after=${last}`);
    return entries.filter(({ source }) => source === 'request');
  }

  it('is read in smaller parts, to the last variant, and never asked for again as it was', async () => {
    await variants();
    await bucket({ costLimit: LIMIT });
    const first = await requests(async () => expect(await variants()).toHaveLength(VARIANTS));
    expect(first.filter(({ operation }) => operation === '').length).toBeGreaterThan(0);
    expect(first.filter(({ operation }) => operation === 'VariantsAfter').length).toBeGreaterThan(1);
    const second = await requests(async () => expect(await variants()).toHaveLength(VARIANTS));
    expect(second.filter(({ operation }) => operation === '')).toEqual([]);
  });

  it('is written in halves, each variant once', async () => {
    const there = await variants();
    await bucket({ costLimit: LIMIT });
    const writes = there.map((record) => updateOf(record, { price: '12.00' }));
    const sent = await requests(async () => {
      const outcomes = await connector.write(command(lamp, ...writes));
      expect(outcomes.map((outcome) => outcome.written && outcome.observed.fields['price'])).toEqual(
        there.map(() => '12.00'),
      );
    });
    const written = sent.filter(({ operation }) => operation === 'VariantsUpdate');
    expect(written.map(({ commits }) => commits.length)).toEqual([1, 1]);
  });
});

describe('what is left to others', () => {
  it.each([
    [20, 200],
    [60, 600],
  ])('of a bucket of 1,000 points, with a head-room of %i percent, is %i', async (headRoomPercent, left) => {
    await bucket({ maximumAvailable: 1_000, restoreRate: DROP });
    connector = kit.connector('shopify', { headRoomPercent });
    await expect(readOn()).rejects.toMatchObject({ fault: { class: 'RATE_LIMITED', code: 'BUDGET_SPENT' } });
    const { currentlyAvailable } = await bucket();
    expect(currentlyAvailable).toBeGreaterThanOrEqual(left);
    // Publishing leaves a tenth of our share to whoever waits for an answer, and asks for what a call may cost at most.
    expect(currentlyAvailable).toBeLessThan(left + 0.1 * (1_000 - left) + 100);
  });

  async function readOn(): Promise<void> {
    for (let calls = 0; calls < 500; calls += 1) await connector.readRoots([lamp]);
  }

  it('but where they have spent all of it, that is told, and nothing was done', async () => {
    await bucket({ maximumAvailable: 1_000, restoreRate: DROP, currentlyAvailable: 1 });
    const told: unknown = await connector.readRoots([lamp]).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(ConnectorError);
    expect(told).toMatchObject({ fault: { class: 'RATE_LIMITED', code: 'THROTTLED', ambiguous: false } });
  });
});
