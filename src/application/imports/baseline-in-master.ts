import { systemActor } from '../../domain/actor.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import { withoutSuccessors } from '../../domain/change/check-successors.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { foldCode } from '../../domain/primitives/text.js';
import { writeChangeSet } from '../change/write-change-set.js';
import { startScan } from '../drift/scan/start-scan.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { BaselineGround, Made } from './baseline-ground.js';
import { changeOf, successorFaults } from './missing-successors.js';
import { notedIssues } from './noted-issues.js';
import type { FileEnd, Taking } from './taker.js';

const LINE = ', line ';
const CREATION = 'SKU_CREATE' as const;

/** A baseline that is meant: revisions, feed, audit and quality issues, and no delivery. */
export class BaselineInMaster implements BaselineGround {
  constructor(private readonly by: Pick<Taking, 'actor' | 'importId'>) {}

  world(stores: Stores, changes: readonly ProposedChange[]): Promise<World> {
    return stores.catalog.world(changes, { lock: true });
  }

  async write(stores: Stores, set: ChangeSet, rows: readonly RowChange[], faults: readonly RowFault[]): Promise<Made> {
    const { actor, importId } = this.by;
    const lines = new Map(rows.map(({ line, change }) => [foldCode(change.target), line]));
    const reason = reasonOf(importId);
    const reasons = new Map(
      set.skus.map(({ after }) => [after.id, `${reason}${LINE}${lines.get(foldCode(after.code))}`]),
    );
    const written = await writeChangeSet(stores, set, { actor, reason, reasons, changeRequestId: null }, 'BASELINE');
    const issues = notedIssues(faults, written, rows);
    await stores.quality.note(importId, issues);
    const skus = written.filter(({ entity }) => entity === 'SKU');
    const data = { skus: skus.length, products: written.length - skus.length };
    await stores.audit([{ actor, type: 'IMPORT_TAKEN', subject: importId, data }]);
    // A bundle that was there gets its composition, and is not created by that: nothing else is done with what is there.
    const skusCreated = skus.filter(({ created }) => created).length;
    return { skusCreated, compositionsSet: skus.length - skusCreated, qualityIssues: issues.length };
  }

  async takeBackSuccessors(stores: Stores, header: ImportHeader, limit: number): Promise<RowFault[]> {
    const { actor, importId } = this.by;
    const mine = reasonOf(importId) + LINE;
    const missing = (await stores.catalog.missingSuccessors(mine, limit)).map(({ code, successor, reason }) => {
      return { code, successor, line: Number(reason.slice(mine.length)) };
    });
    if (missing.length === 0) return [];
    const world = await this.world(
      stores,
      missing.map(({ code }) => changeOf(code, null)),
    );
    const set = withoutSuccessors(
      world,
      missing.map(({ code }) => code),
    );
    const reason = `${reasonOf(importId)}: its successor is not there`;
    const written = await writeChangeSet(stores, set, { actor, reason, changeRequestId: null }, 'BASELINE');
    const faults = successorFaults(missing, header);
    const rows = missing.map(({ code, line }) => ({ line, change: { ...changeOf(code, null), operation: CREATION } }));
    // The issue is one of the SKU that this very import has made, a moment ago.
    const made = written.map((each) => ({ ...each, created: true }));
    await stores.quality.note(importId, notedIssues(faults, made, rows));
    return faults;
  }

  async linesOf(stores: Stores, foldedCodes: readonly string[]): Promise<Map<string, number>> {
    const mine = reasonOf(this.by.importId) + LINE;
    return new Map(
      [...(await stores.catalog.firstReasons(foldedCodes))].flatMap(([code, reason]) =>
        reason?.startsWith(mine) ? [[code, Number(reason.slice(mine.length))] as const] : [],
      ),
    );
  }

  /** The master has just learnt of these SKUs: a scan finds out which records of every system are theirs. */
  async settle(ports: Ports, { skusCreated }: FileEnd): Promise<void> {
    if (skusCreated === 0) return;
    const caller = { actor: systemActor('import'), roles: ['OPERATOR'] as const };
    for (const { code } of await ports.operations.systems()) {
      const started = await startScan(ports, caller, code, 'FULL');
      // A scan that runs already pairs records at its end, and so sees these SKUs too.
      if (!started.ok) {
        const reasons = started.problems.map(({ message }) => message).join('; ');
        ports.log('info', 'no scan was started after an import', { system: code, reasons });
      }
    }
  }
}

/** Why every revision of a baseline is there; a SKU's names the line that it came from too. */
function reasonOf(importId: string): string {
  return `Baseline import ${importId}`;
}
