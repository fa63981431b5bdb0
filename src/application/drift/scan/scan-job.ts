import type { GovernedSystem } from '../../../domain/publishing/system.js';
import type { ScanPorts } from '../../ports/ports.js';
import type { ScanRun } from '../../ports/scan-store.js';

/** One run of one scan, by the process that holds it. */
export interface ScanJob {
  ports: ScanPorts;
  run: ScanRun;
  system: GovernedSystem;
  /** Ends with an error as soon as the process is to stop, or the scan is no longer this process's to run. */
  signal: AbortSignal;
}

/** Between two steps: is there still any sense in going on? */
export function goesOn({ signal }: ScanJob): void {
  signal.throwIfAborted();
}
