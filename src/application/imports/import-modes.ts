import type { ImportMode } from '../ports/import-store.js';
import { BaselineInMaster } from './baseline-in-master.js';
import { BaselineRehearsal } from './baseline-rehearsal.js';
import { BaselineTaker } from './baseline-taker.js';
import { ProposeTaker } from './propose-taker.js';
import type { Taker, Taking } from './taker.js';

/** What may be done with a file, each way with its taker. What is not here is refused. */
const TAKERS: Readonly<Record<ImportMode, (by: Taking) => Taker>> = {
  baseline: (by) => {
    const ground = by.job.dryRun ? new BaselineRehearsal(by.importId) : new BaselineInMaster(by);
    return new BaselineTaker(ground, by);
  },
  propose: (by) => new ProposeTaker(by),
};

/** All modes, for whoever asks for one that there is not. */
export const IMPORT_MODES: readonly string[] = Object.keys(TAKERS);

export function isImportMode(mode: string): mode is ImportMode {
  return Object.hasOwn(TAKERS, mode);
}

/** The taker of one import. */
export function takerOf(mode: ImportMode, by: Taking): Taker {
  return TAKERS[mode](by);
}
