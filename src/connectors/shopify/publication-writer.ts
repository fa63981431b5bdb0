import type { RecordOutcome, RecordWrite } from '../../application/ports/connector.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import { foldCode } from '../../domain/primitives/text.js';
import { faultOf } from '../faults.js';
import type { CompositionWriter } from './bundles/component-writer.js';
import type { AdminDocument } from './documents.js';
import { PUBLISH, UNPUBLISH } from './documents.js';
import type { ProductReader, ReadProduct } from './product-reader.js';
import { recordsOf } from './product-reader.js';
import type { PublicationList } from './publication-list.js';
import type { RawProduct, RawVariant } from './reading.js';
import { publicationFlags } from './reading.js';
import type { ShopifyClient } from './calling/shopify-client.js';
import type { WriteLedger } from './write-ledger.js';
import { faultFrom } from './write-ledger.js';
import { holdsComponents, wantedPublished } from './writing.js';

/** The cause is told with the bundle; the next delivery goes on with both. */
const unseen = faultOf('TRANSIENT', 'not published: a bundle in it could not be kept off sale');

/**
 * The last steps of a write: read what is there now, make bundles of their components, put it on sale or take it off, and
 * tell what became of each record.
 */
export class PublicationWriter {
  constructor(
    private readonly client: ShopifyClient,
    private readonly reader: ProductReader,
    private readonly list: PublicationList,
    private readonly compositions: CompositionWriter,
  ) {}

  /** Ends every write command. Never throws for what Shopify does: from here on something was written. */
  async settle(productId: string, ledger: WriteLedger, signal?: AbortSignal): Promise<RecordOutcome[]> {
    if (ledger.sound().length === 0) return ledger.outcomes(new Map());
    const first = await this.readBack(productId, ledger, signal);
    if (first === null) return ledger.outcomes(new Map());
    recogniseNew(first.read, ledger);
    // Before it goes on sale: a bundle without its components would be sold as if it were in stock by itself.
    const withheld = await this.withhold(first.read, ledger, signal);
    const { acted: composed, read } = await this.compositions.write(first.read, ledger, signal);
    const published = await this.publish(read, ledger, signal);
    const last = withheld || composed || published ? await this.readBack(productId, ledger, signal) : first;
    return ledger.outcomes(new Map(last?.records.map((each) => [each.externalId, each])));
  }

  /** Null when the read failed, which every record written then bears as an ambiguous fault: it may well be there. */
  private async readBack(
    productId: string,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<{ read: ReadProduct; records: ObservedRecord[] } | null> {
    try {
      const read = (await this.reader.read([productId], signal))[0] ?? null;
      if (read !== null) return { read, records: recordsOf(read) };
      for (const write of ledger.sound()) {
        ledger.failed(write, faultOf('NOT_FOUND', `${productId} went away while it was written`));
      }
    } catch (error) {
      const fault = faultFrom(error);
      const message = `sent, but not verified: ${fault.message}`;
      for (const write of ledger.sound()) ledger.failed(write, { ...fault, message, ambiguous: true });
    }
    return null;
  }

  /**
   * Takes bundles just made off sale until they are made of something: Shopify may have put the only variant of a new
   * product on sale whatever it was told, and once the product is published nothing would keep anybody from buying it.
   */
  private async withhold(read: ReadProduct, ledger: WriteLedger, signal: AbortSignal | undefined): Promise<boolean> {
    const ids = await this.list.ids();
    let acted = false;
    for (const write of ledger.sound()) {
      const variant = read.variants.find(({ id }) => id === ledger.idOf(write));
      if (write.action !== 'CREATE' || !variant || variant.requiresComponents || !holdsComponents(write)) continue;
      const on = differingPublications(variant, ids, false);
      if (on.length === 0) continue;
      acted = true;
      const isOff = await ledger.attempt([write], () => this.send(UNPUBLISH, variant.id, on, signal));
      if (isOff) for (const id of on) variant[`pub${ids.indexOf(id)}`] = false;
      // Then the product must not be seen either.
      else
        for (const product of ledger.sound().filter(({ entity }) => entity === 'PRODUCT'))
          ledger.failed(product, unseen);
    }
    return acted;
  }

  /** True when anything was sent. The product goes first: a variant can only be seen where its product is. */
  private async publish(read: ReadProduct, ledger: WriteLedger, signal: AbortSignal | undefined): Promise<boolean> {
    const ids = await this.list.ids();
    let acted = false;
    for (const write of ledger.sound().toSorted((a, b) => a.entity.localeCompare(b.entity))) {
      const wanted =
        write.entity === 'PRODUCT' ? firstPublication(write, read.product, ids.length) : wantedPublished(write);
      const raw = write.entity === 'PRODUCT' ? read.product : read.variants.find(({ id }) => id === ledger.idOf(write));
      if (wanted === null || !raw) continue;
      if (ids.length === 0) {
        ledger.failed(
          write,
          faultOf('VALIDATION', 'no publications are configured to publish to', { code: 'NO_PUBLICATIONS' }),
        );
        continue;
      }
      const differing = differingPublications(raw, ids, wanted);
      if (differing.length === 0) continue;
      acted = true;
      await ledger.attempt([write], () => this.send(wanted ? PUBLISH : UNPUBLISH, raw.id, differing, signal));
    }
    return acted;
  }

  private async send(
    document: AdminDocument<'Publish' | 'Unpublish'>,
    id: string,
    publicationIds: string[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const input = publicationIds.map((publicationId) => ({ publicationId }));
    await this.client.mutate(document, { id, input }, signal);
  }
}

/**
 * A product made ACTIVE that is on no governed publication at all has never been published: then it is. One that is on
 * some of them was placed there by somebody, and stays as it is.
 */
function firstPublication(write: RecordWrite, product: RawProduct, publications: number): true | null {
  const lifecycle = write.values['lifecycle'];
  if (publications === 0 || lifecycle === null || typeof lifecycle !== 'object' || Array.isArray(lifecycle))
    return null;
  if (lifecycle['status'] !== 'ACTIVE') return null;
  return publicationFlags(product, publications).some(Boolean) ? null : true;
}

function differingPublications(raw: RawProduct | RawVariant, ids: string[], wanted: boolean): string[] {
  const flags = publicationFlags(raw, ids.length);
  return ids.filter((_, at) => flags[at] !== wanted);
}

/** Variants just made are known by their code alone: the answers of Shopify promise no order. */
function recogniseNew(read: ReadProduct, ledger: WriteLedger): void {
  for (const write of ledger.sound()) {
    if (write.entity !== 'SKU' || ledger.idOf(write) !== null) continue;
    const made = read.variants.filter(({ sku }) => sku !== null && foldCode(sku) === foldCode(write.code));
    if (made.length === 1 && made[0]) ledger.named(write, made[0].id);
  }
}
