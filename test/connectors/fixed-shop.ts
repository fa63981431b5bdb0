import type { Connector, RecordOutcome, RecordWrite, WriteCommand } from '../../src/application/ports/connector.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { normaliseComponents } from '../../src/domain/publishing/component-line.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';
import { admin, at, textAt } from '../sandbox/sandbox-client.js';
import type { JournalEntry, Kit } from './sandbox-kit.js';
import { startKit } from './sandbox-kit.js';
import { allOf, createOf, FRESH, observedOf, updateOf } from './writes.js';

const HEAD = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n';
const PARTS =
  HEAD +
  ['A', 'B', 'C'].map((code) => `${code.toLowerCase()},${code},V,,,${code},9.00,active\n`).join('') +
  'tee,Tee,V,Size,S,TEE-S,20.00,active\ntee,,,,M,TEE-M,22.00,\n';
const NORMAL = { eligible: true, operations: 'on', variantComponents: true, keepsVariants: true };

export const PRODUCT: FieldValues = {
  'product.title': 'Kit',
  'product.handle': 'kit',
  'product.vendor': 'Fernhill Supply',
  lifecycle: { status: 'ACTIVE' },
};
export const SELLING: FieldValues = {
  price: '20.00',
  compareAtPrice: '25.00',
  cost: '7.50',
  gtin: '4006381333931',
  weight: '500',
  lifecycle: { published: true },
};

/** A store that is configured for product bundles, with parts to make them of, and what was begun in it. */
export class FixedShop {
  shopify: Connector;
  begun: string[] = [];
  private ids: [string, string][] = [];

  private constructor(private readonly kit: Kit) {
    this.shopify = kit.shopify;
  }

  static async open(): Promise<FixedShop> {
    return new FixedShop(await startKit());
  }

  async reset(): Promise<void> {
    await this.control('reset');
    await this.control('bundles', NORMAL);
    await this.control('fill', PARTS);
    this.forget();
    await this.learnIds();
    this.begun = [];
  }

  close(): Promise<void> {
    return this.kit.close();
  }

  /** A connector that remembers nothing of before, as after a restart. */
  forget(): void {
    this.shopify = this.kit.connector('shopify', { bundles: 'fixed' });
  }

  /** What is there may be a component from now on. */
  async learnIds(): Promise<void> {
    this.ids = (await this.skus()).map(({ code, externalId }) => [(code ?? '').toLowerCase(), externalId]);
  }

  control<T = unknown>(path: string, body?: unknown): Promise<T> {
    return this.kit.control<T>('shopify', 'POST', path, body);
  }

  async products(handle: string): Promise<object[]> {
    return (await this.kit.control<{ products: object[] }>('shopify', 'GET', `products?handle=${handle}`)).products;
  }

  /** The SKUs of a scan. */
  async skus(): Promise<ObservedRecord[]> {
    return (await allOf(this.shopify.scan())).filter(({ entity }) => entity === 'SKU');
  }

  /** Which mutations were sent, and what jobs did behind them. */
  async journal(): Promise<{ sent: string[]; jobs: string[] }> {
    const { entries } = await this.kit.control<{ entries: (JournalEntry & { source: string })[] }>(
      'shopify',
      'GET',
      'journal?after=0',
    );
    const named = (source: string): string[] =>
      entries.flatMap((each) => (each.source === source && each.kind === 'mutation' ? [each.operation] : []));
    return { sent: named('request'), jobs: named('job') };
  }

  async write(
    root: WriteCommand['product']['root'],
    writes: RecordWrite[],
    more: Partial<WriteCommand> = {},
    signal?: AbortSignal,
  ): Promise<RecordOutcome[]> {
    const begun = async (operation: string): Promise<void> => {
      this.begun.push(operation);
    };
    const product = { id: 'p-kit', handle: 'kit', root };
    return this.shopify.write({ ...FRESH, begun, attemptId: 'x', product, writes, ...more }, signal);
  }

  /** The writes of a bundle that is not there, "A 2, TEE-S 1". */
  making(text: string, values: FieldValues = {}): RecordWrite[] {
    const sku = createOf('SKU', 'KIT', { ...SELLING, 'bundle.components': components(text), ...values });
    return [createOf('PRODUCT', 'kit', PRODUCT), this.knowing(sku)];
  }

  async make(text: string): Promise<ObservedRecord> {
    return observedOf(await this.write(null, this.making(text)), 'KIT');
  }

  compose(record: ObservedRecord, text: string, signal?: AbortSignal): Promise<RecordOutcome[]> {
    const write = this.knowing(updateOf(record, { 'bundle.components': components(text) }));
    return this.write(record.root, [write], {}, signal);
  }

  knowing(write: RecordWrite): RecordWrite {
    return { ...write, componentIds: new Map(this.ids) };
  }

  running(ids: readonly string[]): Promise<string[] | undefined> {
    return this.shopify.stillRunning?.(ids) ?? Promise.resolve(undefined);
  }

  /** Waits until what was begun has ended. */
  async ended(): Promise<void> {
    await soon(async () => (await this.running(this.begun))?.length === 0);
  }

  /** Waits until so many jobs have ended, whoever began them. */
  async jobsDone(count: number): Promise<void> {
    await soon(async () => (await this.journal()).jobs.length >= count);
  }

  /** What an app makes of the product bundle by the API itself: of one product, with a choice of sizes. */
  async offerSizes(record: ObservedRecord, handle: string, sizes: string[]): Promise<void> {
    const find = `query F($handle: String!) { productByIdentifier(identifier: { handle: $handle }) { id options { id } } }`;
    const product = at(await admin(this.kit.sandbox, find, { handle }), 'data.productByIdentifier');
    const optionSelections = [{ componentOptionId: textAt(product, 'options.0.id'), name: 'Size', values: sizes }];
    const components = [{ productId: textAt(product, 'id'), quantity: 1, optionSelections }];
    const change = `mutation U($input: ProductBundleUpdateInput!) { productBundleUpdate(input: $input) {
      productBundleOperation { id } userErrors { message } } }`;
    const input = { productId: record.root.externalId, components };
    const answer = await admin(this.kit.sandbox, change, { input });
    this.begun = [textAt(answer, 'data.productBundleUpdate.productBundleOperation.id')];
    await this.ended();
  }
}

/** "A 2, TEE-S 1" as a write holds it. */
function components(text: string): Json[] {
  return text.split(', ').map((part) => ({ code: part.split(' ')[0] ?? '', quantity: Number(part.split(' ')[1]) }));
}

/** The components that a record shows, in one order. */
export function textOf(record: Pick<ObservedRecord, 'fields'> | undefined): string {
  const lines = normaliseComponents(record?.fields['bundle.components'] ?? 'none');
  return Array.isArray(lines)
    ? lines.map((line) => Object.values(line ?? {}).join(' ')).join(', ')
    : JSON.stringify(lines);
}

/** The same list as `textOf` tells it. */
export function normal(text: string): string {
  return textOf({ fields: { 'bundle.components': components(text) } });
}

async function soon(probe: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 250; round += 1) {
    if (await probe()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the job did not end');
}
