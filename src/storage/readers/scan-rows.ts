import type { ScanView } from '../../application/ports/operations-reader.js';

export const SCAN_COLUMNS = `id, system, mode, state, started_at, finished_at, records_read, skus_compared, findings_opened,
  findings_resolved, error`;

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
  };
}
