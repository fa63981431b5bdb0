import type { CountedAudit } from '../../domain/audit/drift-audit.js';
import type { IsoWeek, Quarter } from '../../domain/audit/quarter.js';
import type { Page, PageRequest } from './page.js';

/**
 * Counts for the quarterly drift audit, live from the rows that the work itself left behind. Each answer takes a
 * constant number of statements, whatever there is to count.
 */
export interface DriftAuditReader {
  /**
   * Everything counted for `quarter`, with `previous` beside it, and one entry for each of `weeks`: in order, and
   * inside the quarter.
   */
  count(quarter: Quarter, previous: Quarter, weeks: readonly IsoWeek[]): Promise<CountedAudit>;
  /**
   * Ids of all findings that were open just before `quarter` ended (or are open now), newest opening first.
   * Rejects with BadCursor for a cursor that is not one of its own.
   */
  unresolvedIds(quarter: Quarter, page: PageRequest): Promise<Page<string>>;
}
