import type { Actor } from '../actor.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ChangeOperation } from '../change/change.js';
import type { Party } from '../ownership/party.js';

/** How much a price or a cost moves, of what it was before. */
export type RelativeSize = {
  /** At least this many hundredths of the value before; above 0, two places at most. */
  percent: number;
  /** EITHER if left out. */
  direction?: 'UP' | 'DOWN' | 'EITHER';
};

/** All of it must hold of one SKU or product (`skus` of the request); each list is an or. */
export type RuleCondition = {
  operations?: ChangeOperation[];
  /** As the source-of-truth matrix names them: price, product.title, attributes.material, bundle.components, lifecycle, … */
  fields?: string[];
  /** Without case; before or after the change. */
  productTypes?: string[];
  vendors?: string[];
  /** Of the SKU, before or after the change; of a product, of any of its SKUs. */
  states?: LifecycleState[];
  priceChange?: RelativeSize;
  costChange?: RelativeSize;
  /** How many SKUs the request touches. */
  skus?: { atLeast: number };
};

/** Who has to approve what, as data (design 4.3). All rules that match add up. */
export type ApprovalRule = {
  /** Its name, by which a requirement cites it. */
  key: string;
  /** Why the house has it, for people. */
  description?: string;
  /** When it asks; always, if left out. */
  when?: RuleCondition;
  /** What the accountable owner may do alone: these fields, and nothing beside them. */
  ownerMayAlone?: string[];
  /** Of whom: the owner of each SKU and product, or one party, by its code. */
  require: { owner?: true; party?: string; count?: number };
};

export type ApprovalPolicy = ApprovalRule[];

/** The approval policy as it is in force, and who set it. */
export type PolicyInForce = {
  rules: ApprovalPolicy;
  /** 0 before anybody set it. */
  version: number;
  changedAt: Date | null;
  changedBy: Actor | null;
  /** By code: those that rules name, as far as they are there. */
  parties: ReadonlyMap<string, Party>;
};

/** One approval by the owner of everything touched; tags and attributes: none, if the author is the owner (design 4.3). */
export const DEFAULT_POLICY: ApprovalPolicy = [
  {
    key: 'owner-approves',
    description: 'Whoever is accountable for a SKU or a product agrees to what becomes of it.',
    ownerMayAlone: ['product.tags', 'attributes'],
    require: { owner: true },
  },
];

/** Fields of the matrix that no change names by the same word. */
const ALIASES: Readonly<Record<string, string>> = {
  state: 'lifecycle',
  bundle: 'bundle.components',
  bundleScheduled: 'bundle.components',
};

/** Fields that rules may name; beside them `attributes.` and a key. */
export const RULE_FIELDS = [
  'attributes',
  'bundle.components',
  'compareAtPrice',
  'cost',
  'countryOfOrigin',
  'gtin',
  'hsCode',
  'lifecycle',
  'listedIn',
  'optionValues',
  'price',
  'product.category',
  'product.handle',
  'product.optionNames',
  'product.productType',
  'product.tags',
  'product.title',
  'product.vendor',
  'requiresShipping',
  'successor',
  'systemValues',
  'taxCode',
  'taxable',
  'title',
  'unitOfMeasure',
  'weight',
] as const;

/** The word by which rules know a changed field. */
export function ruleField(kind: 'SKU' | 'PRODUCT', field: string): string {
  if (field === 'attributes') return field;
  return kind === 'PRODUCT' ? `product.${field}` : (ALIASES[field] ?? field);
}
