import { ConnectorError } from '../../../application/ports/connector.js';
import type { RecordWrite } from '../../../application/ports/connector.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Json } from '../../../domain/primitives/json.js';
import { faultOf } from '../../faults.js';
import { SET_COMPONENTS } from '../documents.js';
import type { ReadProduct } from '../product-reader.js';
import type { RawComponent, Relationship } from '../reading.js';
import type { ShopifyClient } from '../calling/shopify-client.js';
import type { WriteLedger } from '../write-ledger.js';
import { asForeign } from './foreign-components.js';

/** ProductVariantRelationshipUpdateInput, as far as we use it. */
interface RelationshipInput {
  parentProductVariantId: string;
  productVariantRelationshipsToCreate?: Relationship[];
  productVariantRelationshipsToUpdate?: Relationship[];
  productVariantRelationshipsToRemove?: string[];
}

/** What became of making bundles: whether anything was sent, and what is there now, as far as it was looked at again. */
export interface Composed {
  acted: boolean;
  read: ReadProduct;
}

/** A way to make bundles of what a command says that they are made of. Never throws for what Shopify does. */
export interface CompositionWriter {
  write(read: ReadProduct, ledger: WriteLedger, signal: AbortSignal | undefined): Promise<Composed>;
}

/**
 * Makes variants of what a command says that they are made of. The mutation takes differences (shopify.md 2.2), so they are
 * worked out against the read that came right before; components are known by the ids of their variants, never by SKU.
 */
export class ComponentWriter implements CompositionWriter {
  constructor(private readonly client: ShopifyClient) {}

  /** One call a bundle, so that none bears another's fault. */
  async write(read: ReadProduct, ledger: WriteLedger, signal: AbortSignal | undefined): Promise<Composed> {
    let acted = false;
    const bundles = ledger
      .sound()
      .filter((write) => write.entity === 'SKU' && write.values['bundle.components'] !== undefined);
    for (const { write, input: wanted } of ledger.plan(bundles, relationshipsOf)) {
      const variant = read.variants.find(({ id }) => id === ledger.idOf(write));
      if (!variant) continue;
      const present = variant.requiresComponents ? variant.components : [];
      if (!present) {
        ledger.failed(write, faultOf('UNKNOWN', `what ${write.code} is made of in Shopify could not be read`));
        continue;
      }
      const input = differenceOf(variant.id, present, wanted);
      if (input === null) continue;
      acted = true;
      await ledger.attempt([write], async () => {
        await this.send(input, signal);
      });
    }
    return { acted, read };
  }

  private async send(input: RelationshipInput, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.client.mutate(SET_COMPONENTS, { input: [input] }, signal);
    } catch (error) {
      throw asForeign(error);
    }
  }
}

/** @throws ConnectorError VALIDATION for a component whose variant nobody knows, or no whole quantity. */
export function relationshipsOf(write: RecordWrite): Relationship[] {
  const lines = write.values['bundle.components'] ?? [];
  if (!Array.isArray(lines)) throw refused('bundle.components is not a list');
  return lines.map((line) => relationshipOf(line, write.componentIds));
}

function relationshipOf(line: Json, ids: ReadonlyMap<string, string>): Relationship {
  const { code, quantity } = typeof line === 'object' && line !== null && !Array.isArray(line) ? line : {};
  const id = typeof code === 'string' ? ids.get(foldCode(code)) : undefined;
  if (id === undefined)
    throw refused(`bundle.components names ${JSON.stringify(code ?? null)}, whose variant is not known`);
  // Shopify answers 0 with an error that looks like an outage (shopify.md 2.2 [R]).
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) {
    throw refused(`bundle.components takes whole quantities of at least 1`);
  }
  return { id, quantity };
}

/** What has to be told so that the variant is made of what is wanted; null where it is. */
export function differenceOf(
  parentProductVariantId: string,
  present: readonly RawComponent[],
  wanted: readonly Relationship[],
): RelationshipInput | null {
  const there = new Map(present.map(({ productVariant, quantity }) => [productVariant.id, quantity]));
  const kept = new Set(wanted.map(({ id }) => id));
  const created = wanted.filter(({ id }) => !there.has(id));
  const updated = wanted.filter(({ id, quantity }) => there.has(id) && there.get(id) !== quantity);
  const removed = [...there.keys()].filter((id) => !kept.has(id));
  if (created.length + updated.length + removed.length === 0) return null;
  return {
    parentProductVariantId,
    ...(created.length > 0 && { productVariantRelationshipsToCreate: created }),
    ...(updated.length > 0 && { productVariantRelationshipsToUpdate: updated }),
    ...(removed.length > 0 && { productVariantRelationshipsToRemove: removed }),
  };
}

function refused(message: string): ConnectorError {
  return new ConnectorError(faultOf('VALIDATION', message));
}
