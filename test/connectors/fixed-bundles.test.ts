import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, RecordWrite, WriteCommand } from '../../src/application/ports/connector.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import { componentsOf, PARTS, PRODUCT, SELLING, textOf } from './fixed-bundles-kit.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, faultIn, FRESH, observedOf, updateOf } from './writes.js';

let kit: Kit;
let ids: [string, string][];
let begun: string[];

beforeAll(async () => {
  kit = await startKit();
});
beforeEach(async () => {
  await kit.control('shopify', 'POST', 'reset');
  const normal = { eligible: true, operations: 'on', variantComponents: true, keepsVariants: true };
  await kit.control('shopify', 'POST', 'bundles', normal);
  await kit.control('shopify', 'POST', 'fill', PARTS);
  kit.shopify = kit.connector('shopify', { bundles: 'fixed' });
  ids = (await skus()).map(({ code, externalId }) => [(code ?? '').toLowerCase(), externalId]);
  begun = [];
});
afterAll(() => kit.close());

const skus = async (): Promise<ObservedRecord[]> =>
  (await allOf(kit.shopify.scan())).filter(({ entity }) => entity === 'SKU');

const known = (write: RecordWrite): RecordWrite => ({ ...write, componentIds: new Map(ids) });
const control = (path: string, body: object): Promise<unknown> => kit.control('shopify', 'POST', path, body);

/** Which mutations were sent, and what jobs did behind them. */
async function journal(): Promise<{ sent: string[]; jobs: string[] }> {
  const { entries } = await kit.control<{ entries: (JournalEntry & { source: string })[] }>(
    'shopify',
    'GET',
    'journal?after=0',
  );
  return {
    sent: entries.flatMap(({ source, kind, operation }) =>
      source === 'request' && kind === 'mutation' ? [operation] : [],
    ),
    jobs: entries.flatMap(({ source, operation }) => (source === 'job' ? [operation] : [])),
  };
}

function commandOf(
  root: WriteCommand['product']['root'],
  writes: RecordWrite[],
  more: Partial<WriteCommand> = {},
): WriteCommand {
  const note = async (operation: string): Promise<void> => {
    begun.push(operation);
  };
  return { ...FRESH, begun: note, attemptId: 'x', product: { id: 'p-kit', handle: 'kit', root }, writes, ...more };
}

const making = (text: string, values: FieldValues = {}): RecordWrite[] => [
  createOf('PRODUCT', 'kit', PRODUCT),
  known(createOf('SKU', 'KIT', { ...SELLING, 'bundle.components': componentsOf(text), ...values })),
];
const make = async (text: string): Promise<ObservedRecord> =>
  observedOf(await kit.shopify.write(commandOf(null, making(text))), 'KIT');
const compose = (record: ObservedRecord, text: string, signal?: AbortSignal): ReturnType<Connector['write']> =>
  kit.shopify.write(
    commandOf(record.root, [known(updateOf(record, { 'bundle.components': componentsOf(text) }))]),
    signal,
  );

describe('a bundle that is not there', () => {
  it('is made as a product bundle, filled, and only then put on sale', async () => {
    const outcomes = await kit.shopify.write(commandOf(null, making('A 2, TEE-M 1')));
    const record = observedOf(outcomes, 'KIT');
    expect(textOf(record)).toBe('A 2, TEE-M 1');
    expect(record).toMatchObject({
      code: 'KIT',
      fields: { ...SELLING, lifecycle: { published: true }, optionValues: [{ name: 'Title', value: 'Default Title' }] },
    });
    expect(observedOf(outcomes, 'kit')).toMatchObject({ code: 'kit', fields: PRODUCT });
    expect(begun).toEqual([expect.stringMatching(/^gid:\/\/shopify\/ProductBundleOperation\/\d+$/)]);
    const { sent, jobs } = await journal();
    expect([jobs, sent.includes('ProductSet'), sent.includes('SetComponents')]).toEqual([
      ['productBundleCreate'],
      false,
      false,
    ]);
    expect(sent.indexOf('BundleCreate')).toBeLessThan(sent.indexOf('SetCustomId'));
    expect(sent.lastIndexOf('VariantsUpdate')).toBeLessThan(sent.indexOf('Publish'));
    const { products } = await kit.control<{ products: object[] }>('shopify', 'GET', 'products?handle=kit');
    expect(products).toMatchObject([{ isProductBundle: true, title: 'Kit', vendor: 'Fernhill Supply' }]);
    // A scan and a strong read show the same.
    expect((await skus()).find(({ code }) => code === 'KIT')).toEqual(record);
    expect((await kit.shopify.readRoots([record.root]))[0]?.records?.[1]).toEqual(record);
  });

  it.each([
    ['options', 'A 2', { optionValues: [{ name: 'Size', value: 'One' }] }, 1],
    ['two variants of one product in it', 'TEE-S 1, TEE-M 1', {}, 1],
    ['another SKU to come beside it', 'A 2', {}, 2],
  ])('with %s is none for Shopify: its variant is told the components', async (_, text, values, skus) => {
    const outcomes = await kit.shopify.write(commandOf(null, making(text, values), { skus }));
    expect(textOf(observedOf(outcomes, 'KIT'))).toBe(normal(text));
    const { sent, jobs } = await journal();
    expect([jobs, sent.includes('BundleCreate'), sent.includes('SetComponents')]).toEqual([[], false, true]);
    const changed = await compose(observedOf(outcomes, 'KIT'), 'B 3');
    expect(textOf(observedOf(changed, 'KIT'))).toBe('B 3');
    expect((await journal()).sent).not.toContain('BundleUpdate');
  });

  it('is not made while the job goes on, and is filled by whoever comes after it ended', async () => {
    await control('bundles', { operations: 'held' });
    const outcomes = await kit.shopify.write(commandOf(null, making('A 2')), AbortSignal.timeout(1_500));
    for (const code of ['KIT', 'kit'])
      expect(faultIn(outcomes, code)).toMatchObject({ class: 'TRANSIENT', code: 'OPERATION_PENDING', ambiguous: true });
    expect(await kit.shopify.stillRunning?.(begun)).toEqual(begun);
    await control('bundles', { operations: 'on' });
    await ended();
    const again = await kit.shopify.write(commandOf(null, making('A 2')));
    expect(textOf(observedOf(again, 'KIT'))).toBe('A 2');
    expect((await journal()).jobs).toEqual(['productBundleCreate']);
  });

  it.each(['reset', '503'])(
    'whose answer was lost (%s) is found again under its mark, and is made once',
    async (kind) => {
      await control('faults', { next: [{ when: 'after', kind, match: 'BundleCreate' }] });
      expect(faultIn(await kit.shopify.write(commandOf(null, making('A 2'))), 'KIT')).toMatchObject({
        class: 'TRANSIENT',
        ambiguous: true,
      });
      expect(begun).toEqual([]);
      await jobsDone(1);
      const again = await kit.shopify.write(commandOf(null, making('A 2'), { unsettledSeconds: 31 }));
      expect(textOf(observedOf(again, 'KIT'))).toBe('A 2');
      expect((await journal()).jobs).toEqual(['productBundleCreate']);
    },
  );

  it('whose answer was lost is waited for, ten minutes and no longer', async () => {
    await control('faults', { next: [{ when: 'before', kind: 'reset', match: 'BundleCreate' }] });
    expect(faultIn(await kit.shopify.write(commandOf(null, making('A 2'))), 'KIT').ambiguous).toBe(true);
    const early = kit.shopify.write(commandOf(null, making('A 2'), { unsettledSeconds: 590 }));
    await expect(early).rejects.toMatchObject({
      fault: { class: 'TRANSIENT', code: 'OPERATION_UNKNOWN', ambiguous: false, retryAfterSeconds: 10 },
    });
    expect((await journal()).sent.filter((name) => name === 'BundleCreate')).toHaveLength(1);
    const late = await kit.shopify.write(commandOf(null, making('A 2'), { unsettledSeconds: 601 }));
    expect(textOf(observedOf(late, 'KIT'))).toBe('A 2');
    expect((await journal()).jobs).toEqual(['productBundleCreate']);
  });

  it.each(['SetCustomId', 'ProductUpdate', 'VariantsUpdate'])(
    'that is made and broken off at %s is gone on with',
    async (match) => {
      await control('faults', { next: [{ when: 'before', kind: '500', match }] });
      await kit.shopify.write(commandOf(null, making('A 2')));
      kit.shopify = kit.connector('shopify', { bundles: 'fixed' });
      const there = await kit.shopify.lookUp({ productId: 'p-kit', handle: 'kit', codes: ['KIT'] });
      const root = there[0]?.root ?? null;
      const writes = making('A 2').map((write) => {
        const hit = there.find(({ entity, code }) => entity === write.entity && code === write.code);
        return hit ? known(updateOf(hit, write.values)) : write;
      });
      const outcomes = await kit.shopify.write(commandOf(root, writes, { unsettledSeconds: 31 }));
      expect(textOf(observedOf(outcomes, 'KIT'))).toBe('A 2');
      expect((await skus()).filter(({ code }) => code === 'KIT' || code === null)).toMatchObject([{ fields: SELLING }]);
      expect((await journal()).jobs).toEqual(['productBundleCreate']);
    },
  );

  it('is refused by the mutation or by its job, and both are told as what they are', async () => {
    await control('bundles', { eligible: false });
    expect(faultIn(await kit.shopify.write(commandOf(null, making('A 2'))), 'KIT').class).toBe('AUTH');
    await control('bundles', { eligible: true });
    const [product, sku] = making('A 2001');
    const many = await kit.shopify.write(commandOf(null, [product ?? FAIL(), sku ?? FAIL()]));
    expect(faultIn(many, 'KIT')).toMatchObject({ class: 'VALIDATION', ambiguous: false });
    expect(faultIn(many, 'kit').message).toMatch(/^the product was not made: /);
    // A bundle within a bundle comes out in the job alone.
    await make('A 2');
    ids = (await skus()).map(({ code, externalId }) => [(code ?? '').toLowerCase(), externalId]);
    const nested = await kit.shopify.write({
      ...commandOf(null, making('KIT 2')),
      product: { id: 'p-box', handle: 'box', root: null },
    });
    expect(faultIn(nested, 'KIT')).toMatchObject({
      class: 'VALIDATION',
      code: 'INVALID_INPUT',
      ambiguous: false,
      message: expect.stringMatching(/Nested/),
    });
  });
});

describe('a product bundle that is there', () => {
  it('is made of other components, and keeps everything else that it was', async () => {
    const record = await make('A 2, TEE-S 1');
    const changed = observedOf(await compose(record, 'B 3, TEE-M 2'), 'KIT');
    expect(textOf(changed)).toBe('B 3, TEE-M 2');
    expect({ ...changed, updatedAt: record.updatedAt, fields: { ...changed.fields, 'bundle.components': 0 } }).toEqual({
      ...record,
      fields: { ...record.fields, 'bundle.components': 0 },
    });
    const { sent, jobs } = await journal();
    expect([jobs, sent.includes('SetComponents')]).toEqual([['productBundleCreate', 'productBundleUpdate'], false]);
    const before = sent.length;
    expect(textOf(observedOf(await compose(record, 'TEE-M 2, B 3'), 'KIT'))).toBe('B 3, TEE-M 2');
    expect((await journal()).sent).toHaveLength(before);
  });

  it('keeps it too where Shopify makes another variant of it', async () => {
    const record = await make('A 2');
    await control('bundles', { keepsVariants: false });
    const changed = observedOf(await compose(record, 'B 3'), 'KIT');
    expect(changed.externalId).not.toBe(record.externalId);
    expect([textOf(changed), changed.code, changed.root]).toEqual(['B 3', 'KIT', record.root]);
    expect({ ...changed.fields, 'bundle.components': 0 }).toEqual({ ...record.fields, 'bundle.components': 0 });
    // Off sale stays off sale: a variant that is made is on every publication.
    const off = updateOf(changed, { lifecycle: { published: false } });
    const hidden = observedOf(await kit.shopify.write(commandOf(record.root, [off])), 'KIT');
    const again = observedOf(await compose(hidden, 'C 4'), 'KIT');
    expect(again.fields['lifecycle']).toMatchObject({ published: false });
  });

  it('is read by its product where its variant does not show what it is made of', async () => {
    await control('bundles', { variantComponents: false });
    const record = await make('A 2, TEE-S 1');
    expect(textOf(record)).toBe('A 2, TEE-S 1');
    expect((await skus()).find(({ code }) => code === 'KIT')).toEqual(record);
    expect(textOf(observedOf(await compose(record, 'C 4'), 'KIT'))).toBe('C 4');
  });

  it('that leaves buyers a choice is unreadable there, never a guess', async () => {
    await control('bundles', { variantComponents: false });
    const record = await make('A 2, TEE-S 1');
    await update(record, 'tee', [['S', 'M']]);
    const shown = (await kit.shopify.readRoots([record.root]))[0]?.records?.slice(1) ?? [];
    const scanned = (await skus()).filter(({ root }) => root.externalId === record.root.externalId);
    for (const each of [...shown, ...scanned]) {
      expect(each.unreadable).toContain('bundle.components');
      expect(each.fields).not.toHaveProperty(['bundle.components']);
    }
    expect([shown.length, scanned.length]).toEqual([2, 2]);
  });

  it('that another app took over is not ours, and the fault says which field', async () => {
    const record = await make('A 2');
    const as = { kind: 'app', name: 'Bundler' };
    await control('components', { as, sku: 'KIT', components: [{ sku: 'B', quantity: 2 }] });
    const fault = faultIn(await compose(record, 'A 2'), 'KIT');
    expect(fault).toMatchObject({ class: 'VALIDATION', notOurs: 'bundle.components', ambiguous: false });
    expect(textOf((await skus()).find(({ code }) => code === 'KIT') ?? FAIL())).toBe('B 2');
  });

  it('whose job goes on for long is left to whoever asks next', async () => {
    const record = await make('A 2');
    await control('bundles', { operations: 'held' });
    begun = [];
    const fault = faultIn(await compose(record, 'B 3', AbortSignal.timeout(1_500)), 'KIT');
    expect(fault).toMatchObject({ class: 'TRANSIENT', code: 'OPERATION_PENDING', ambiguous: true });
    expect(await kit.shopify.stillRunning?.([...begun, 'gid://shopify/ProductBundleOperation/1'])).toEqual(begun);
    await control('bundles', { operations: 'on' });
    await ended();
    expect(await kit.shopify.stillRunning?.(begun)).toEqual([]);
  });

  it('whose price could not be put back is told as ambiguous', async () => {
    const record = await make('A 2');
    await control('faults', { next: [{ when: 'before', kind: '429', match: 'VariantsUpdate' }] });
    expect(faultIn(await compose(record, 'B 3'), 'KIT')).toMatchObject({ class: 'RATE_LIMITED', ambiguous: true });
  });
});

function FAIL(): never {
  throw new Error('not there');
}

function normal(text: string): string {
  return textOf({ fields: { 'bundle.components': componentsOf(text) } });
}

async function ended(): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if ((await kit.shopify.stillRunning?.(begun))?.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the job did not end');
}

async function jobsDone(count: number): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if ((await journal()).jobs.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the job did not end');
}

/** What somebody makes of the product bundle by the API itself. */
async function update(record: ObservedRecord, handle: string, values: string[][]): Promise<void> {
  const ask = async (query: string, variables: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${kit.sandbox.shopify.url}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': kit.sandbox.shopify.accessToken },
      body: JSON.stringify({ query, variables }),
    });
    const { data }: { data: Record<string, unknown> } = JSON.parse(await response.text());
    return data;
  };
  const find =
    'query F($handle: String!) { productByIdentifier(identifier: { handle: $handle }) { id options { id name } } }';
  const product = (await ask(find, { handle }))['productByIdentifier'] as {
    id: string;
    options: { id: string; name: string }[];
  };
  const optionSelections = product.options.map(({ id, name }, at) => ({
    componentOptionId: id,
    name,
    values: values[at] ?? [],
  }));
  const change = `mutation U($input: ProductBundleUpdateInput!) { productBundleUpdate(input: $input) {
    productBundleOperation { id } userErrors { message } } }`;
  const input = {
    productId: record.root.externalId,
    components: [{ productId: product.id, quantity: 1, optionSelections }],
  };
  const payload = (await ask(change, { input }))['productBundleUpdate'] as { productBundleOperation: { id: string } };
  begun = [payload.productBundleOperation.id];
  await ended();
}
