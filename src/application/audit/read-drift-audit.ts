import type { DriftAudit } from '../../domain/audit/drift-audit.js';
import { driftAuditOf, weeksBegun } from '../../domain/audit/drift-audit.js';
import type { Quarter } from '../../domain/audit/quarter.js';
import { parseQuarter, quarterBefore } from '../../domain/audit/quarter.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { Clock } from '../ports/clock.js';
import type { DriftAuditReader } from '../ports/drift-audit-reader.js';
import type { Page, PageRequest } from '../ports/page.js';

interface AuditPorts {
  driftAudit: DriftAuditReader;
  clock: Pick<Clock, 'now'>;
}

function begunQuarter(text: string, now: Date): Outcome<Quarter> {
  const quarter = parseQuarter(text);
  if (!quarter) return refused(problem('INVALID_FORMAT', 'a quarter is written like 2026-Q4', ['quarter']));
  if (quarter.start > now) {
    return refused(problem('INVALID_FORMAT', `${quarter.id} has not begun: there is nothing to report`, ['quarter']));
  }
  return accepted(quarter);
}

/**
 * The drift audit of a quarter that runs or has ended, live from the same rows. A text that is no quarter, and a
 * quarter that has not begun: INVALID_FORMAT.
 */
export async function readDriftAudit(ports: AuditPorts, quarter: string): Promise<Outcome<DriftAudit>> {
  const now = ports.clock.now();
  const begun = begunQuarter(quarter, now);
  if (!begun.ok) return begun;
  const counted = await ports.driftAudit.count(begun.value, quarterBefore(begun.value), weeksBegun(begun.value, now));
  return accepted(driftAuditOf(begun.value, counted, now));
}

/** Ids of the findings that the audit of a quarter calls unresolved: all of them, a page at a time. */
export async function readUnresolvedDrift(
  ports: AuditPorts,
  quarter: string,
  page: PageRequest,
): Promise<Outcome<Page<string>>> {
  const begun = begunQuarter(quarter, ports.clock.now());
  return begun.ok ? accepted(await ports.driftAudit.unresolvedIds(begun.value, page)) : begun;
}
