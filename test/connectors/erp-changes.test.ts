import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { changesOf } from './contract/changes-contract.js';
import type { Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { createOf, FRESH } from './writes.js';

/** The feed of the generic ERP contract, on an ERP whose clock is wrong. */
let kit: Kit;
beforeAll(async () => {
  kit = await startKit();
});
beforeEach(() => kit.control('erp', 'POST', 'reset'));
afterAll(() => kit.close());

const clock = (offsetSeconds: number): Promise<unknown> => kit.control('erp', 'POST', 'clock', { offsetSeconds });
const edit = (code: string): Promise<unknown> =>
  kit.control('erp', 'POST', 'edit', { as: { kind: 'staff', name: 'Lena' }, code, set: { listPrice: '7' } });
const told = async (cursor: string): Promise<{ codes: (string | null)[]; cursor: string }> => {
  const { records, cursor: next } = await changesOf(kit.erp, cursor);
  return { codes: records.map(({ code }) => code), cursor: next };
};

let attempts = 0;
async function made(...codes: string[]): Promise<void> {
  attempts += 1;
  const product = { id: 'p-1', handle: 'cup', root: null };
  const writes = codes.map((code) => createOf('SKU', code, { title: code }));
  await kit.erp.write({ ...FRESH, attemptId: `changes-${attempts}`, product, writes });
}

it('misses nothing when the clock is put back five minutes', async () => {
  await made('A', 'B');
  const { cursor } = await told((await changesOf(kit.erp, null)).cursor);
  await clock(-300);
  await edit('A');
  const after = await told(cursor);
  expect(after.codes).toContain('A');
  expect(after.cursor >= cursor).toBe(true);
  await edit('B');
  expect((await told(after.cursor)).codes).toContain('B');
});

it('is not led into the future by a clock that went ahead and was set right again', async () => {
  await made('A', 'B');
  const { cursor } = await changesOf(kit.erp, null);
  await clock(7_200);
  await edit('A');
  const ahead = await told(cursor);
  expect(ahead.codes).toContain('A');
  await clock(0);
  await edit('B');
  expect((await told(ahead.cursor)).codes).toContain('B');
});

it('a listing that breaks off moves nothing', async () => {
  await made(...Array.from({ length: 201 }, (_, at) => `C-${at}`));
  const { cursor } = await changesOf(kit.erp, null);
  const pages = kit.erp.changesSince?.(cursor) ?? [];
  for await (const page of pages) {
    expect(page.records).toHaveLength(200);
    expect(page.cursor).toBe(cursor);
    break;
  }
});

it('asks again only what is not long past', async () => {
  await clock(-3_600);
  await made('A');
  await clock(0);
  const { cursor } = await changesOf(kit.erp, null);
  await made('B');
  expect((await told(cursor)).codes).toEqual(['B']);
});
