/** The stand-in's own shape of a product: plain JSON, one document per product, as the journal keeps it. */
export interface ProductDoc {
  id: number;
  handle: string;
  title: string;
  status: ProductStatus;
  vendor: string;
  productType: string;
  tags: string[];
  descriptionHtml: string;
  templateSuffix: string | null;
  category: string | null;
  createdAt: string;
  updatedAt: string;
  /** Publication number → when it was published there. */
  publishedOn: Record<string, string>;
  options: OptionDoc[];
  variants: VariantDoc[];
  metafields: MetafieldDoc[];
  /** What it bundles, if it was made by the mutations for product bundles; its variants are made out of this. */
  bundles?: BundledProductDoc[];
}

/** One product in a product bundle, and which of its option values buyers may have. */
export interface BundledProductDoc {
  productId: number;
  quantity: number;
  selections: { optionId: number; name: string; values: string[] }[];
}

export type ProductStatus = 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';

export interface OptionDoc {
  id: number;
  name: string;
  values: { id: number; name: string }[];
}

export interface VariantDoc {
  id: number;
  sku: string | null;
  barcode: string | null;
  price: string;
  compareAtPrice: string | null;
  taxable: boolean;
  inventoryPolicy: 'CONTINUE' | 'DENY';
  createdAt: string;
  updatedAt: string;
  /** Names of the option values, in the order of the product's options. */
  optionValues: string[];
  /** Publication number → when; a variant is seen where it and its product are published. */
  publishedOn: Record<string, string>;
  metafields: MetafieldDoc[];
  item: InventoryItemDoc;
  /** What it is made of, if it is a bundle. */
  bundle?: BundleDoc;
}

export interface BundleDoc {
  /** Title of the app that assigned the components, which is the only one that may change them; null for nobody's. */
  owner: string | null;
  /** At least one. */
  components: ComponentDoc[];
}

export interface ComponentDoc {
  id: number;
  variantId: number;
  quantity: number;
}

export interface InventoryItemDoc {
  id: number;
  tracked: boolean;
  requiresShipping: boolean;
  cost: string | null;
  hsCode: string | null;
  country: string | null;
  province: string | null;
  weight: WeightDoc;
  createdAt: string;
  updatedAt: string;
}

export interface WeightDoc {
  value: number;
  unit: 'GRAMS' | 'KILOGRAMS' | 'OUNCES' | 'POUNDS';
}

export interface MetafieldDoc {
  id: number;
  namespace: string;
  key: string;
  type: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

/** A metafield definition. Only those of type `id` are unique and serve look-ups by custom id. */
export interface DefinitionDoc {
  id: number;
  namespace: string;
  key: string;
  name: string;
  type: string;
  ownerType: 'PRODUCT' | 'PRODUCTVARIANT';
  description: string | null;
}

/** A job that goes on after its mutation was answered. */
export interface OperationDoc {
  id: number;
  /** Of asynchronous mutations; a product bundle's has none. */
  type?: 'set' | 'delete';
  /** JSON of the arguments of an asynchronous productSet. */
  task?: string;
  /** Null for a product that is still to be made. */
  productId: number | null;
  title: string | null;
  /** Null leaves the components as they are. */
  bundles: BundledProductDoc[] | null;
  status: 'CREATED' | 'ACTIVE' | 'COMPLETE';
  userErrors: { code: string; message: string; field?: string[] | null }[];
}

export type OperationErrorCode = 'GENERIC_ERROR' | 'INVALID_INPUT' | 'JOB_ERROR' | 'PRODUCT_DOES_NOT_EXIST';

export interface SubscriptionDoc {
  id: number;
  topic: string;
  uri: string;
  name: string | null;
  includeFields: string[];
  metafieldNamespaces: string[];
  createdAt: string;
  updatedAt: string;
}

/** The one sales channel of the stand-in. */
export const ONLINE_STORE = { publication: 71_000_001, catalog: 72_000_001, title: 'Online Store' } as const;

export const DEFAULT_TITLE = 'Default Title';

export function gid(type: string, id: number): string {
  return `gid://shopify/${type}/${id}`;
}

/** The number in a gid of this type, or null when it is another type's, or none. */
export function numberOf(type: string, text: string): number | null {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d{1,15})$/.exec(text);
  return match && match[1] === type ? Number(match[2]) : null;
}

/** Shopify's timestamps end at the second: two edits within one second look alike. */
export function shopifyTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

export function variantTitle(variant: VariantDoc): string {
  return variant.optionValues.join(' / ');
}

/** True for the lone variant that every product without options has. */
export function isStandalone(product: ProductDoc): boolean {
  return product.variants.length === 1 && product.variants[0]?.optionValues.join() === DEFAULT_TITLE;
}
