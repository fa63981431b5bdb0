import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import type { FieldRule } from '../../domain/drift/source-of-truth.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Attribution, SystemKind } from '../../domain/publishing/system.js';
import type { SignOff, SourceOfTruth } from '../../domain/truth/standing.js';

/** The source-of-truth matrix as it acts at the moment: version, and what holds of each field (design 4.6). */
export interface ActingRules {
  version: number;
  /** The whole matrix; AUTO_REVERT and AUTO_ADOPT are FLAG while it is unsigned or overdue. */
  rules: readonly FieldRule[];
}

/** Reading the matrix, in a transaction or outside of any. */
export interface TruthReader {
  /** The version in force, or an older one; null where there is none of that number. */
  version(version: number | null): Promise<SourceOfTruth | null>;
  /** What those who compare, write and plan go by. */
  acting(): Promise<ActingRules>;
}

/** A value that a system owns, as it went into the master. */
export interface TakenValue {
  recordId: string;
  field: string;
  found: Json;
  attribution: Attribution | null;
  /** How it was seen; null: as its finding says. */
  source: ObservationSource | null;
  /** The finding as which it was held until somebody had looked; null where it was taken over at once. */
  findingId: string | null;
}

/** The matrix in one transaction. */
export interface TruthStore extends TruthReader {
  /** Systems that may own a field. */
  systems(): Promise<{ code: string; kind: SystemKind }[]>;
  /** How many findings are open on fields, by field. */
  openFindings(fields: readonly string[]): Promise<Map<string, number>>;
  /**
   * Of each field: SKU records of the system that are linked, and values that it replaced in the last hours, to which
   * `replaced` is added. Whoever asks of one system and field waits for whoever asked before.
   */
  tallyTakeover(
    system: string,
    replaced: ReadonlyMap<string, number>,
    hours: number,
  ): Promise<{ linked: number; before: Map<string, number> }>;
  signOff(version: number, signOff: Omit<SignOff, 'at'>): Promise<void>;
  /** Puts on record where the values of a request that takes them over were seen. */
  keepTaken(changeRequestId: string, policyVersion: number, values: readonly TakenValue[]): Promise<void>;
}

/** Where what a system says of fields that it owns goes into the master. */
export interface OwnedValues {
  /**
   * Takes the values over, in transactions of its own. Whatever does not go in is a finding; whatever was seen to be
   * something else meanwhile is left to whoever saw that.
   * @param compared SKU records that this look compared, where it is one of the whole system: what comes in such numbers
   * that a person should look first is held.
   * @returns how many findings opened.
   */
  takeOver(
    system: string,
    values: readonly FindingDraft[],
    source: ObservationSource,
    compared?: number | null,
  ): Promise<number>;
}
