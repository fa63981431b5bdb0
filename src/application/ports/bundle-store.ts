import type { BundleLine } from '../../domain/bundle/composition.js';

/** A version of a bundle whose time has come. */
export interface DueVersion {
  /** The bundle's code. */
  code: string;
  /** When it was to take effect, as `instantKey` writes it. */
  at: string;
  lines: BundleLine[];
  /** The request that proposed it: every version that is still to come was proposed by one. */
  changeRequestId: string | null;
  reason: string | null;
}

/** A version of a bundle that holds some SKU. */
export interface HoldingVersion {
  bundle: string;
  /** When it is to take effect, as `instantKey` writes it; null for the one in force. */
  at: string | null;
  lines: BundleLine[];
}

/** Compositions of bundles, in one transaction. They are written by `CatalogStore.write` alone. */
export interface BundleStore {
  /** Versions whose time has come, in the order of time; of these bundles only, where any are named. */
  due(codes: readonly string[] | null, limit: number): Promise<DueVersion[]>;
  /** Versions of now and of later that hold a SKU directly, of bundles that have not ended for good. */
  holding(code: string): Promise<HoldingVersion[]>;
}
