import type { BundleFacts } from '../../domain/bundle/bundle-facts.js';
import type { Edge } from '../../domain/bundle/explode.js';
import type { Actor } from '../../domain/actor.js';
import type { Problem } from '../../domain/problem.js';
import type { Page, PageRequest } from './page.js';

/** Something of the graph at an instant of the past; null: as it is now. */
export interface At {
  id: string;
  at: Date | null;
}

/** One composition of a bundle; components by SKU id, in their order. */
export interface BundleVersion {
  bundleId: string;
  /** The first composition is 1. One that is still to come may get another number until it is in force. */
  version: number;
  effectiveFrom: Date;
  /** Where the next one begins or is to begin; as of the past, what was known of that then. */
  effectiveTo: Date | null;
  lines: Edge[];
}

/** What of the bundles that hold a SKU is asked for. */
export interface UsedInQuery {
  /** Bundles that hold it through other bundles too. */
  nested: boolean;
  at: Date | null;
}

/** Ids of bundles, in the order in which they were created. */
export interface UsedInPage {
  items: { cursor: string; id: string }[];
  hasNextPage: boolean;
}

/** A version that could not take effect when it was due, and what became of it. */
export interface VersionFailureView {
  id: string;
  bundleId: string;
  dueAt: Date;
  kind: 'REFUSED' | 'FAILED';
  problems: Problem[];
  error: string | null;
  changeRequestId: string | null;
  firstAt: Date;
  lastAt: Date;
  attempts: number;
  /** Nobody has seen to it: neither closed it, nor composed the bundle anew since, nor ended it for good. */
  open: boolean;
  closedAt: Date | null;
  closedBy: Actor | null;
  closedBecause: string | null;
}

/**
 * Reads of the graph of bundles, in batches: a constant number of statements, however many SKUs are asked about and
 * however deep bundles nest. What belongs to nothing is not in the answers.
 */
export interface BundleReader {
  /** The composition in force, by bundle id; all as of the same instant. */
  inForce(bundleIds: readonly string[], at: Date | null): Promise<Map<string, BundleVersion>>;
  /** Every composition that was, is or is to be in force, in the order of time; by bundle id. */
  versions(bundleIds: readonly string[]): Promise<Map<string, BundleVersion[]>>;
  /** For each that is asked about: what the bundles inside it hold at that instant, at every level, by bundle id. */
  inside(asked: readonly At[]): Promise<ReadonlyMap<string, Edge[]>[]>;
  /** Bundles that hold each SKU, the same page of each; throws BadCursor. */
  usedIn(skuIds: readonly string[], page: PageRequest, query: UsedInQuery): Promise<Map<string, UsedInPage>>;
  /** How many bundles hold each SKU. */
  useCounts(skuIds: readonly string[], query: UsedInQuery): Promise<Map<string, number>>;
  /** Versions that could not take effect, newest first; only open ones, only others, or all (null). */
  failures(page: PageRequest, open: boolean | null): Promise<Page<VersionFailureView>>;
  failuresByIds(ids: readonly string[]): Promise<Map<string, VersionFailureView>>;
  /** What gates must know of the bundles around each SKU. */
  facts(skuIds: readonly string[]): Promise<Map<string, BundleFacts>>;
}
