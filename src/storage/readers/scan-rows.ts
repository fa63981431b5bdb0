import type { ScanView } from '../../application/ports/operations-reader.js';
import type { Actor } from '../../domain/actor.js';

export const SCAN_COLUMNS = `id, system, mode, state, started_at, finished_at, records_read, skus_compared, findings_opened,
  findings_resolved, error, started_by, phase, records_expected, records_unchanged, values_not_covered, linked_records,
  findings_held, decided_by, decided_at, reason`;

export interface ScanRow {
  id: string;
  system: string;
  mode: ScanView['mode'];
  state: ScanView['state'];
  started_at: Date;
  finished_at: Date | null;
  records_read: number;
  skus_compared: number;
  findings_opened: number;
  findings_resolved: number;
  error: string | null;
  started_by: Actor;
  phase: ScanView['phase'];
  records_expected: number | null;
  records_unchanged: number;
  values_not_covered: number;
  linked_records: number | null;
  findings_held: number | null;
  decided_by: Actor | null;
  decided_at: Date | null;
  reason: string | null;
}

export function scanOf(row: ScanRow): ScanView {
  return {
    id: row.id,
    system: row.system,
    mode: row.mode,
    state: row.state,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    recordsRead: row.records_read,
    skusCompared: row.skus_compared,
    findingsOpened: row.findings_opened,
    findingsResolved: row.findings_resolved,
    error: row.error,
    startedBy: row.started_by,
    phase: row.phase,
    recordsExpected: row.records_expected,
    recordsUnchanged: row.records_unchanged,
    valuesNotCovered: row.values_not_covered,
    linkedRecords: row.linked_records,
    findingsHeld: row.findings_held,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    reason: row.reason,
  };
}
