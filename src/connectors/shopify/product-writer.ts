import { ConnectorError } from '../../application/ports/connector.js';
import type { RecordOutcome, RecordWrite, WriteCommand } from '../../application/ports/connector.js';
import type { DeliveryFault } from '../../domain/publishing/system.js';
import { foldCode } from '../../domain/primitives/text.js';
import { faultOf } from '../faults.js';
import { inRuns } from '../map-limited.js';
import type { BundleMaker } from './bundles/bundle-maker.js';
import type { CustomId } from './custom-id.js';
import type { AdminDocument } from './documents.js';
import { PRODUCT_SET, PRODUCT_UPDATE, TAGS_ADD, TAGS_REMOVE, VARIANTS_CREATE, VARIANTS_UPDATE } from './documents.js';
import type { ProductReader, ReadProduct } from './product-reader.js';
import type { PublicationWriter } from './publication-writer.js';
import type { RawVariant } from './reading.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import type { Planned } from './write-ledger.js';
import { unmade, WriteLedger } from './write-ledger.js';
import type { ProductInput, VariantInput } from './writing.js';
import { hasNoOptions, NO_OPTIONS, optionNames, optionsOf, productInput, tagChanges, variantInput } from './writing.js';

/** Entries of one list of input (shopify.md 2.2). */
const TAGS_A_CALL = 250;

/**
 * Brings one product and its variants to what a command says. Nothing of the merchant's is deleted or reset: a
 * product that is there is changed only by mutations that touch just the values given; `productSet`, which deletes what
 * it is not told of, serves only where nothing is there.
 */
export class ProductWriter {
  constructor(
    private readonly client: ShopifyClient,
    private readonly reader: ProductReader,
    private readonly customId: CustomId,
    private readonly publications: PublicationWriter,
    /** Null where bundles are told by the components of their variants alone. */
    private readonly bundles: BundleMaker | null,
  ) {}

  /** @throws ConnectorError only before anything was sent. */
  async write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]> {
    const ledger = new WriteLedger(command);
    const productId = command.product.root?.externalId ?? (await this.customId.find(command.product.id, signal));
    const written =
      productId === null
        ? await this.make(command, ledger, signal)
        : await this.update(command, productId, ledger, signal);
    if (written === null) return ledger.outcomes(new Map());
    return this.publications.settle(written, ledger, signal);
  }

  /** The new product's id; null when it was not made. A product bundle is made by a mutation of its own, and filled after. */
  private async make(
    command: WriteCommand,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    const bundle = (await this.bundles?.make(command, ledger, signal)) ?? 'NONE';
    if (bundle === 'NONE') return this.create(command, ledger, signal);
    return bundle.productId === null ? null : this.update(command, bundle.productId, ledger, signal);
  }

  /** The new product's id; null when it was not made. */
  private async create(
    command: WriteCommand,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    const [products, skus] = byEntity(command.writes);
    for (const write of command.writes.filter((each) => each.action === 'UPDATE')) {
      ledger.failed(write, faultOf('NOT_FOUND', `the product of ${write.code} is not in Shopify`));
    }
    const product = ledger.plan(products.filter(isCreate), productInput)[0];
    const variants = agreeing(ledger.plan(skus.filter(isCreate), variantInput), ledger);
    const refused = products.map((write) => ledger.faultOf(write)).find((fault) => fault !== null);
    if (refused) for (const { write } of variants) ledger.failed(write, unmade(refused));
    if (ledger.sound().length === 0) return null;
    await this.customId.ensureDefined();
    let productId: string | null = null;
    const set = async (run: Planned<VariantInput>[]): Promise<void> => {
      productId = await this.setProduct(command.product.id, product?.input ?? {}, run, signal);
    };
    const taken = variants.length > 0 ? await ledger.attemptApart(variants, set) : [];
    if (product && skus.length === 0) await ledger.attempt([product.write], () => set([]));
    // Without a single sound variant Shopify would make a blank one of its own, so the product waits for them.
    else if (product && taken.length === 0) ledger.failed(product.write, firstFault(ledger, variants));
    if (productId !== null && product) ledger.named(product.write, productId);
    return productId;
  }

  private async setProduct(
    ourId: string,
    product: ProductInput,
    run: Planned<VariantInput>[],
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const variants = run.map(({ input }) => ({ ...input, optionValues: input.optionValues ?? NO_OPTIONS }));
    const input = variants.length > 0 ? { ...product, productOptions: optionsOf(variants), variants } : product;
    const identifier = this.customId.identifierOf(ourId);
    const payload = await this.client.mutate(PRODUCT_SET, { identifier, input }, signal);
    if (!payload.product)
      throw new ConnectorError(faultOf('UNKNOWN', 'productSet answered no product', { ambiguous: true }));
    return payload.product.id;
  }

  /** The product's id; null when nothing could be sent. */
  private async update(
    command: WriteCommand,
    productId: string,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    const [products, skus] = byEntity(command.writes);
    const state = skus.some(isCreate) ? await this.recognise(command, productId, ledger, signal) : 'there';
    if (state === 'gone') return null;
    for (const { write, input } of ledger.plan(products, productInput)) {
      ledger.named(write, productId);
      // On a product that is there already its handle is the merchant's, unless it was asked for by name.
      if (!('product.handle' in write.values)) delete input['handle'];
      const tags = tagChanges(write);
      if (tags !== null) delete input.tags;
      if (Object.keys(input).length > 0)
        await ledger.attempt([write], () => this.updateProduct(productId, input, signal));
      if (tags !== null && ledger.faultOf(write) === null)
        await ledger.attempt([write], () => this.changeTags(productId, tags, signal));
    }
    const [known, fresh] = partition(skus, (write) => ledger.idOf(write) !== null || !isCreate(write));
    const additions = ledger.plan(fresh, variantInput);
    // A product that we made without variants got a blank one from Shopify, whose place the real ones take: the only
    // case in which a variant goes, and one that nobody ever sold.
    if (state === 'blank') {
      await ledger.attemptApart(agreeing(additions, ledger), async (run) => {
        await this.setProduct(command.product.id, {}, run, signal);
      });
    } else await ledger.attemptRuns(additions, (run) => this.send(VARIANTS_CREATE, productId, run, signal));
    const changes = ledger.plan(known, (write) => updateInput(write, ledger.idOf(write)));
    await ledger.attemptRuns(
      changes.filter(({ input }) => Object.keys(input).length > 1),
      (run) => this.send(VARIANTS_UPDATE, productId, run, signal),
    );
    return productId;
  }

  /**
   * Before variants are added: a strong read finds those that an earlier attempt made though its answer was lost, so
   * that they are updated and not made again.
   */
  private async recognise(
    command: WriteCommand,
    productId: string,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<'there' | 'blank' | 'gone'> {
    const read = (await this.reader.read([productId], signal))[0] ?? null;
    if (read === null) {
      for (const write of command.writes) ledger.failed(write, faultOf('NOT_FOUND', `${productId} is not in Shopify`));
      return 'gone';
    }
    const creates = command.writes.filter((write) => write.entity === 'SKU' && isCreate(write));
    for (const write of creates) {
      const there = read.variants.filter(({ sku }) => sku !== null && foldCode(sku) === foldCode(write.code));
      if (there.length === 1 && there[0]) ledger.named(write, there[0].id);
      if (there.length > 1)
        ledger.failed(write, faultOf('CONFLICT', `several variants of ${productId} bear ${write.code}`));
    }
    const blank = blankVariant(read);
    if (!blank || (await this.customId.find(command.product.id, signal)) !== productId) return 'there';
    const [lone, ...others] = creates;
    if (!lone || others.length > 0 || !hasNoOptions(lone)) return 'blank';
    ledger.named(lone, blank.id);
    return 'there';
  }

  private async updateProduct(productId: string, input: ProductInput, signal: AbortSignal | undefined): Promise<void> {
    await this.client.mutate(PRODUCT_UPDATE, { product: { id: productId, ...input } }, signal);
  }

  /** One by one: what others have tagged meanwhile stays. */
  private async changeTags(
    id: string,
    { added, removed }: { added: string[]; removed: string[] },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const tags of inRuns(added, TAGS_A_CALL)) await this.client.mutate(TAGS_ADD, { id, tags }, signal);
    for (const tags of inRuns(removed, TAGS_A_CALL)) await this.client.mutate(TAGS_REMOVE, { id, tags }, signal);
  }

  private async send(
    document: AdminDocument<'VariantsCreate' | 'VariantsUpdate'>,
    productId: string,
    run: Planned<VariantInput>[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const variants = run.map(({ input }) => input);
    await this.client.mutate(document, { productId, variants }, signal);
  }
}

/** What is sent for a variant that is there; a create that found its variant made already is one of these too. */
export function updateInput(write: RecordWrite, externalId: string | null): VariantInput {
  if (externalId === null)
    throw new ConnectorError(faultOf('VALIDATION', `${write.code}: an update needs the variant's id`));
  const { published: _, optionValues, ...input } = variantInput(write);
  const kept = optionValues !== undefined && 'optionValues' in write.values ? { optionValues } : {};
  return { id: externalId, ...input, ...kept };
}

/** A product has one set of options. Variants that name others than the first would spoil all, so they are told apart here. */
function agreeing(variants: Planned<VariantInput>[], ledger: WriteLedger): Planned<VariantInput>[] {
  const names = variants[0] ? optionNames(variants[0].input) : '[]';
  return variants.filter(({ write, input }) => {
    const agrees = optionNames(input) === names;
    if (!agrees)
      ledger.failed(write, faultOf('VALIDATION', `${write.code} has other options than the rest of its product`));
    return agrees;
  });
}

function firstFault(ledger: WriteLedger, variants: Planned<VariantInput>[]): DeliveryFault {
  const fault = variants.map(({ write }) => ledger.faultOf(write)).find((each) => each !== null);
  return unmade(fault ?? faultOf('VALIDATION', 'none of its variants could be'));
}

function blankVariant(read: ReadProduct): RawVariant | null {
  const only = read.variants.length === 1 ? read.variants[0] : undefined;
  if (!only || only.sku) return null;
  return only.selectedOptions.every(({ value }) => value === NO_OPTIONS[0]?.name) ? only : null;
}

function byEntity(writes: RecordWrite[]): [RecordWrite[], RecordWrite[]] {
  return partition(writes, (write) => write.entity === 'PRODUCT');
}

function partition<T>(items: T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function isCreate(write: RecordWrite): boolean {
  return write.action === 'CREATE';
}
