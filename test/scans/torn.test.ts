import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ScanPiece } from '../../src/application/ports/connector.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { control } from '../support/world.js';
import { codeOf, ScanKit } from './scan-kit.js';

describe('a scan of a store that is edited while it reads', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(10);
    await kit.runAll();
  }, 120_000);
  afterAll(() => kit.world.close());
  beforeEach(async () => {
    for (const code of [codeOf(9), codeOf(10)])
      await kit.editVariant(code, { price: code === codeOf(9) ? '11.00' : '12.00' });
    await kit.scan('shopify');
    expect(await kit.open()).toEqual([]);
  });

  /** Ports by which a scan has read everything before `act` is done; no webhook tells of that. */
  const readBefore = (act: () => Promise<unknown>): Ports =>
    kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        const all: ScanPiece[] = [];
        for await (const some of real.scanPieces?.(work) ?? []) all.push(...some);
        await act();
        yield all;
      },
    }));

  it('opens nothing for an edit that was undone by the end', async () => {
    await kit.editVariant(codeOf(9), { price: '9.99' });
    const undone = readBefore(() => kit.editVariant(codeOf(9), { price: '11.00' }));
    expect(await kit.scan('shopify', 'FULL', undone)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
    expect(await kit.sql('select from finding')).toEqual([]);
  });

  it('does not take what it saw for settled: the same edit again is found', async () => {
    await kit.editVariant(codeOf(9), { price: '9.99' });
    const undone = readBefore(() => kit.editVariant(codeOf(9), { price: '11.00' }));
    await kit.scan('shopify', 'FULL', undone);
    await kit.editVariant(codeOf(9), { price: '9.99' });
    expect(await kit.scan('shopify')).toMatchObject({ findingsOpened: 1 });
    expect(await kit.open()).toEqual([`shopify FIELD ${codeOf(9)} price OPEN`]);
  });

  it('tells what is there by the end, and what else it finds there', async () => {
    await kit.editVariant(codeOf(9), { price: '9.99' });
    const moved = readBefore(async () => {
      await kit.editVariant(codeOf(9), { price: '8.88' });
      await kit.editVariant(codeOf(10), { price: '7.77' });
    });
    expect(await kit.scan('shopify', 'FULL', moved)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 2 });
    const found = await kit.sql(`select target, found from finding where state = 'OPEN' order by target`);
    expect(found).toEqual([
      { target: codeOf(9), found: '8.88' },
      { target: codeOf(10), found: '7.77' },
    ]);
  });

  it('does not miss what it read past: that is there, by its id', async () => {
    const readPast = kit.with('shopify', (real) => ({
      scanPieces: async function* (work) {
        for await (const some of real.scanPieces?.(work) ?? [])
          yield some.map((piece) => ({
            fingerprint: `short ${piece.fingerprint}`,
            count: piece.count,
            records: () => piece.records().filter(({ code }) => code !== codeOf(9)),
          }));
      },
    }));
    expect(await kit.scan('shopify', 'FULL', readPast)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 0 });
    expect(await kit.open()).toEqual([]);
  });

  it('misses nothing that is deleted behind it', async () => {
    await kit.editVariant(codeOf(9), { price: '9.99' });
    const gone = readBefore(() => control(kit.world.sandbox.shopify.url, 'delete', { sku: codeOf(9) }));
    expect(await kit.scan('shopify', 'FULL', gone)).toMatchObject({ state: 'SUCCEEDED', findingsOpened: 1 });
    expect(await kit.open()).toEqual([`shopify MISSING ${codeOf(9)} OPEN`]);
  });
});
