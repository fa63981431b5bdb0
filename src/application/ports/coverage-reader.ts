import type { Json } from '../../domain/primitives/json.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import type { NotCovered } from './observation-store.js';
import type { Page, PageRequest } from './page.js';

/** How much of a system has been compared, and when. Records are those that are matched with one of the system's and in service. */
export interface SystemCoverage {
  system: string;
  records: number;
  /** Of these, compared within the hours that were asked about. */
  comparedRecently: number;
  neverCompared: number;
  /** When the one that has waited longest was compared; null where none was. */
  oldestComparedAt: Date | null;
  /** SKUs that are to be in the system and are matched with nothing there. */
  unmatched: number;
  /** Records of the system that are matched with none of ours. */
  ungoverned: number;
  /** Matched records of what is not in service there (a DRAFT): they are there, and compared with nothing. Not in `records`. */
  notInService: number;
  notCovered: (NotCovered & { records: number })[];
  /** How far incremental scans have come, and when; null: none has. */
  changesComparedAt: Date | null;
}

/** When one record was last compared. */
export interface RecordCoverage {
  id: string;
  entity: RecordEntity;
  externalId: string;
  skuId: string | null;
  productId: string;
  comparedAt: Date | null;
  notCovered: NotCovered[];
}

/** A record of a system that nobody governs: the master knows no SKU or product of it. */
export interface UngovernedRecord {
  entity: RecordEntity;
  externalId: string;
  rootId: string;
  code: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  fields: Json;
}

export interface CoverageReader {
  coverage(withinHours: number): Promise<SystemCoverage[]>;
  /** Records of a system; with `before`, those only that were not compared since. */
  compared(page: PageRequest, query: { system: string; before: Date | null }): Promise<Page<RecordCoverage>>;
  ungoverned(
    page: PageRequest,
    query: { system: string; entity: RecordEntity | null; hasCode: boolean | null },
  ): Promise<Page<UngovernedRecord>>;
}
