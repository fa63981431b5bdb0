import type { Actor } from '../../domain/actor.js';
import type { BundleLine } from '../../domain/bundle/composition.js';
import type { Problem } from '../../domain/problem.js';

/** A version of a bundle whose time has come. */
export interface DueVersion {
  bundleId: string;
  /** The bundle's code. */
  code: string;
  /** When it was to take effect, as `instantKey` writes it. */
  at: string;
  lines: BundleLine[];
  /** The request that proposed it: every version that is still to come was proposed by one. */
  changeRequestId: string | null;
  reason: string | null;
}

/** A place in the list of due versions. */
export type DuePlace = Pick<DueVersion, 'at' | 'bundleId'>;

/** A version that could not take effect when it was due. */
export interface VersionFailure {
  id: string;
  version: DueVersion;
  /** REFUSED: it does not stand, and is gone. FAILED: it could not be looked at, and is tried again. */
  kind: 'REFUSED' | 'FAILED';
  problems: readonly Problem[];
  /** What went wrong, where it is no matter of the master's. */
  error: string | null;
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
  /** Versions whose time has come, in the order of time, behind a place; of these bundles only, where any are named. */
  due(codes: readonly string[] | null, limit: number, after?: DuePlace | null): Promise<DueVersion[]>;
  /** Keeps a failure where operators look; one of the same version is brought up to date. Answers whether it is the first. */
  fail(failure: VersionFailure): Promise<boolean>;
  /** The version took effect after all. */
  recovered(version: DuePlace, by: Actor): Promise<void>;
  /** Somebody has seen to it. False where it is closed already, or is none. */
  closeFailure(id: string, by: Actor, because: string): Promise<boolean>;
  /** Versions of now and of later that hold a SKU directly, of bundles that have not ended for good. */
  holding(code: string): Promise<HoldingVersion[]>;
}
