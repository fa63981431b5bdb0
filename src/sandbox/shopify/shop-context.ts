import type { Account } from './access/account.js';
import type { BulkRun } from './bulk/bulk-run.js';
import type { StagedInput } from './bulk/staged-uploads.js';
import type { ProductDoc } from './product-doc.js';
import type { SearchIndex } from './search-index.js';
import type { SearchNote } from './shop-errors.js';
import type { ShopEvents } from './shop-events.js';
import type { Change, ShopifyState } from './shopify-state.js';

/** What one request works with. */
export interface ShopContext {
  state: ShopifyState;
  bulk: BulkRunner;
  jobs: JobRunner;
  features: ShopFeatures;
  account: Account;
  /** What searches see. */
  index: SearchIndex;
  events: ShopEvents;
  /** Second resolution; one time for all that a request writes. */
  now: string;
  /** Connections may leave out `first`, as they do inside a bulk query. */
  unpaged: boolean;
  /** The products that this piece of a bulk query is about; null for all. */
  scan: readonly ProductDoc[] | null;
  /** `extensions.search` of the answer. */
  searches: SearchNote[];
  /** Durable, and known to the webhooks, when it returns. */
  commit(changes: Change[]): void;
}

/** What the shop may do. One object for the whole stand-in, switched by its control side. */
export interface ShopFeatures {
  eligibleForBundles: boolean;
  /** Whether jobs go on after their mutation was answered, or stand still where they are. */
  operations: 'on' | 'held';
  /** How long a job is in each of its states. */
  stepMs: number;
  /** Product bundles show what they are made of in their variants too, not in `bundleComponents` alone: not known [B]. */
  variantComponents: boolean;
  /** A job leaves a variant whose options stay the same as it is, but for its price; else it makes another one: not known [B]. */
  keepsVariants: boolean;
}

/** Does what a mutation only began. */
export interface JobRunner {
  start(id: number): void;
}

/** The bulk operations of the shop, as the root fields need them. */
export interface BulkRunner {
  runQuery(args: { query: string; groupObjects: boolean }, context: ShopContext): object;
  runMutation(args: { mutation: string; stagedUploadPath: string }, context: ShopContext): object;
  cancel(id: string): object;
  stage(inputs: StagedInput[]): object;
  view(id: string): object | null;
  views(): { run: BulkRun; view: object }[];
}
