import type { RecordWrite } from '../../../application/ports/connector.js';
import { ConnectorError } from '../../../application/ports/connector.js';
import { faultOf } from '../../faults.js';
import { BUNDLE_UPDATE, PUBLISH, UNPUBLISH, VARIANTS_UPDATE } from '../documents.js';
import type { ProductReader, ReadProduct } from '../product-reader.js';
import type { PublicationList } from '../publication-list.js';
import type { RawVariant, Relationship } from '../reading.js';
import type { Payload, ShopifyClient } from '../calling/shopify-client.js';
import type { WriteLedger } from '../write-ledger.js';
import { faultFrom } from '../write-ledger.js';
import type { VariantInput } from '../writing.js';
import { holdsComponents, NO_OPTIONS } from '../writing.js';
import type { BundleOperations } from './bundle-operations.js';
import type { BundledInput } from './bundled-products.js';
import { bundledInput, readBundledProducts } from './bundled-products.js';
import type { ComponentWriter, Composed, CompositionWriter } from './component-writer.js';
import { differenceOf, relationshipsOf } from './component-writer.js';
import { asForeign } from './foreign-components.js';

/**
 * Changes what product bundles are made of. The mutation replaces all components by a job, and makes the options and
 * variants of the parent out of them: so it is used only where there is one variant without options, which stays that,
 * and what the job made of that variant besides is put back. All else is told by the components of the variants.
 */
export class FixedBundleWriter implements CompositionWriter {
  constructor(
    private readonly client: ShopifyClient,
    private readonly reader: ProductReader,
    private readonly publications: PublicationList,
    private readonly operations: BundleOperations,
    private readonly components: ComponentWriter,
  ) {}

  async write(read: ReadProduct, ledger: WriteLedger, signal: AbortSignal | undefined): Promise<Composed> {
    const lone = loneBundle(read, ledger);
    const [planned] = lone ? ledger.plan([lone.write], relationshipsOf) : [];
    if (!lone || !planned) return this.components.write(read, ledger, signal);
    const { write, variant } = lone;
    if (differenceOf(variant.id, variant.components ?? [], planned.input) === null) return { acted: false, read };
    let input: BundledInput[] | null;
    try {
      input = await this.inputFor(read, planned.input, signal);
    } catch (error) {
      ledger.failed(write, faultFrom(error));
      return { acted: false, read };
    }
    if (input === null) return this.components.write(read, ledger, signal);
    const components = input;
    let after = read;
    await ledger.attempt([write], async () => {
      await this.replace(read.product.id, components, write, ledger, signal);
      after = await this.putBack(read, variant, write, ledger, signal);
    });
    return { acted: true, read: after };
  }

  /** Null for what is no product bundle, and for components that none can have. */
  private async inputFor(
    { product }: ReadProduct,
    wanted: readonly Relationship[],
    signal: AbortSignal | undefined,
  ): Promise<BundledInput[] | null> {
    const bundled = await readBundledProducts(this.client, [product.id], signal);
    return bundled.has(product.id) ? bundledInput(this.client, wanted, signal) : null;
  }

  private async replace(
    productId: string,
    components: BundledInput[],
    write: RecordWrite,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const begun = (operation: string): Promise<void> => ledger.begun(operation, [write]);
    try {
      const input = { productId, components };
      const update = (): Promise<Payload<'BundleUpdate'>> => this.client.mutate(BUNDLE_UPDATE, { input }, signal);
      await this.operations.run(update, begun, signal);
    } catch (error) {
      throw asForeign(error);
    }
  }

  /**
   * Gives the variant what it showed right before the job: its price at least is another one now, and it may be a new
   * variant altogether. A failure is ambiguous, so that the next claim knows who reset the price.
   */
  private async putBack(
    before: ReadProduct,
    was: RawVariant,
    write: RecordWrite,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<ReadProduct> {
    const productId = before.product.id;
    try {
      const after = (await this.reader.read([productId], signal))[0];
      const [first, ...others] = after?.variants ?? [];
      const variant = after?.variants.find(({ id }) => id === was.id) ?? (others.length === 0 ? first : undefined);
      if (!after || !variant)
        throw new ConnectorError(faultOf('CONFLICT', `${productId} shows other variants than its bundle has`));
      ledger.named(write, variant.id);
      const input = differingValues(was, variant);
      if (Object.keys(input).length > 0) {
        const variants = [{ id: variant.id, ...input }];
        await this.client.mutate(VARIANTS_UPDATE, { productId, variants }, signal);
      }
      await this.publishAs(was, variant, signal);
      return after;
    } catch (error) {
      throw new ConnectorError({ ...faultFrom(error), ambiguous: true });
    }
  }

  private async publishAs(was: RawVariant, variant: RawVariant, signal: AbortSignal | undefined): Promise<void> {
    const ids = await this.publications.ids();
    for (const [at, publicationId] of ids.entries()) {
      const wanted = was[`pub${at}`];
      if (wanted === undefined || wanted === variant[`pub${at}`]) continue;
      const input = [{ publicationId }];
      const document = wanted ? PUBLISH : UNPUBLISH;
      await this.client.mutate(document, { id: variant.id, input }, signal);
      variant[`pub${at}`] = wanted;
    }
  }
}

/** The bundle that is the only variant of its product, without anything to choose, where its components are to be some. */
function loneBundle(read: ReadProduct, ledger: WriteLedger): { write: RecordWrite; variant: RawVariant } | null {
  const [variant, ...others] = read.variants;
  if (!variant || others.length > 0) return null;
  if (!variant.selectedOptions.every(({ value }) => value === NO_OPTIONS[0]?.name)) return null;
  // What it is made of now could not be read: whoever does not know that writes nothing over it.
  if (variant.requiresComponents && !variant.components) return null;
  const write = ledger.sound().find((each) => each.entity === 'SKU' && ledger.idOf(each) === variant.id);
  return write && holdsComponents(write) ? { write, variant } : null;
}

/** What it takes to make the one show the values of the other. */
function differingValues(was: RawVariant, is: RawVariant): VariantInput {
  const input: VariantInput = {};
  if (was.price !== is.price) input.price = was.price;
  if (was.compareAtPrice !== is.compareAtPrice) input.compareAtPrice = was.compareAtPrice;
  if (was.barcode !== is.barcode) input.barcode = was.barcode;
  if (was.taxable !== is.taxable) input.taxable = was.taxable;
  if (was.inventoryPolicy !== is.inventoryPolicy) input.inventoryPolicy = was.inventoryPolicy;
  const item = itemValues(was, is);
  return Object.keys(item).length > 0 ? { ...input, inventoryItem: item } : input;
}

function itemValues(was: RawVariant, is: RawVariant): NonNullable<VariantInput['inventoryItem']> {
  const [before, after] = [was.inventoryItem, is.inventoryItem];
  const item: NonNullable<VariantInput['inventoryItem']> = {};
  if (was.sku !== is.sku) item['sku'] = was.sku;
  if (!before || !after) return item;
  const [cost, weight] = [before.unitCost?.amount ?? null, before.measurement?.weight ?? null];
  if (cost !== (after.unitCost?.amount ?? null)) item['cost'] = cost;
  if (before.harmonizedSystemCode !== after.harmonizedSystemCode)
    item['harmonizedSystemCode'] = before.harmonizedSystemCode;
  if (before.countryCodeOfOrigin !== after.countryCodeOfOrigin)
    item['countryCodeOfOrigin'] = before.countryCodeOfOrigin;
  if (before.requiresShipping !== after.requiresShipping) item['requiresShipping'] = before.requiresShipping;
  const now = after.measurement?.weight;
  if (weight && (weight.value !== now?.value || weight.unit !== now.unit))
    item['measurement'] = { weight: { value: weight.value, unit: weight.unit } };
  return item;
}
