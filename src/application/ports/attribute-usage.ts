import type { UsedValue } from '../../domain/attributes/definition-impact.js';
import type { LackingGroup, SkuGroup } from '../../domain/attributes/requirement-impact.js';

/** How the catalogue uses its attributes; in one transaction, each read one pass over the tables. */
export interface AttributeUsage {
  /** Every value of these keys that is set, equal ones together, in batches. */
  values(keys: readonly string[]): AsyncIterable<UsedValue[]>;
  /** SKUs past DRAFT that lack these attributes, themselves and through their product. */
  lacking(keys: readonly string[]): Promise<LackingGroup[]>;
  /** All SKUs, by state and product type. */
  groups(): Promise<SkuGroup[]>;
}
