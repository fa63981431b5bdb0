import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { MatchGrade } from '../../domain/onboarding/grade-row.js';
import type { MatchProblemKind, MatchRow } from '../../domain/onboarding/match-row.js';
import type { Sighting } from '../../domain/onboarding/sighting.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import type { Page, PageRequest } from './page.js';

/** A system, and the look at it that takes part in a match. */
export interface ScannedSystem {
  code: string;
  currency: string;
  /** When its last complete scan ended; null before the first one, and then it takes no part. */
  scannedAt: Date | null;
}

/** A SKU of the master as far as a match looks at it; its fields are canonical, amounts in the master's currency. */
export interface MasterSku {
  id: string;
  code: string;
  state: LifecycleState;
  listedIn: string[];
  fields: FieldValues;
}

/** One side of a match as it was. */
export interface MatchSideView {
  /** A system's code, or MASTER. */
  code: string;
  /** SKU records. */
  records: number;
  /** When the system was looked at; null for the master, which is as it is now. */
  scannedAt: Date | null;
}

/** What a whole match comes to, whichever rows are asked for. */
export interface MatchSummary {
  sides: MatchSideView[];
  grades: { grade: MatchGrade; rows: number }[];
  problems: { kind: MatchProblemKind; rows: number }[];
  fields: { field: string; rows: number }[];
}

export interface MatchHead extends MatchSummary {
  id: string;
  computedAt: Date;
}

export interface MatchQuery {
  grades?: readonly MatchGrade[] | null;
  /** Rows with a record in this system (or MASTER). */
  system?: string | null;
  /** Rows that take part, and have no record, here. */
  notIn?: string | null;
  problems?: readonly MatchProblemKind[] | null;
  /** Rows whose sides differ in any of these fields. */
  fields?: readonly string[] | null;
  /** Words in codes, ids, titles or GTINs; all of them. */
  search?: string | null;
}

/** All that a match is made of, as it stood at one moment. */
export interface MatchSources {
  systems: ScannedSystem[];
  /** What the last complete scan saw, in batches; every record once, whatever the scan showed twice. */
  sightings(system: string, entity: RecordEntity): AsyncIterable<Sighting[]>;
  /** SKU ids by the id that the system has for their records. */
  storedIds(system: string): Promise<ReadonlyMap<string, string>>;
  masterSkus(): AsyncIterable<MasterSku[]>;
}

/** Works a match out; `keep` stores rows. */
export type MatchWork = (
  sources: MatchSources,
  keep: (rows: readonly MatchRow[]) => Promise<void>,
) => Promise<MatchSummary>;

/** A match that was asked for page by page has been replaced meanwhile: whoever reads on would miss rows. */
export class MatchReplaced extends Error {
  override readonly name = 'MatchReplaced';

  constructor() {
    super('the match was worked out again meanwhile; ask for it from the start');
  }
}

/** The onboarding match, stored so that its pages cost nothing to read. */
export interface OnboardingStore {
  systems(): Promise<ScannedSystem[]>;
  /**
   * The match of what the systems and the master hold now. Where scans, SKUs or stored ids have moved since the last
   * one, `work` makes another, in one snapshot; callers at the same time wait for one and the same.
   * @param basis what else the match rests on: another basis, another match.
   */
  present(basis: string, work: MatchWork): Promise<MatchHead>;
  /** The last match that was made, however old; null before the first. */
  latest(): Promise<MatchHead | null>;
  /** What needs a person first, then by code. @throws MatchReplaced when that match is gone. */
  rows(matchId: string, page: PageRequest, query: MatchQuery): Promise<Page<MatchRow>>;
  /** All of them in the same order, some at a time. Rejects with MatchReplaced when that match goes meanwhile. */
  allRows(matchId: string): AsyncIterable<MatchRow[]>;
}
