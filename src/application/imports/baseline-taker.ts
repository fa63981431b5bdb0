import { systemActor } from '../../domain/actor.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import { planChanges } from '../../domain/change/plan-changes.js';
import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { foldCode } from '../../domain/primitives/text.js';
import { writeChangeSet } from '../change/write-change-set.js';
import { startScan } from '../drift/start-scan.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { notedIssues } from './noted-issues.js';
import { BaselineBatch } from './baseline-batch.js';
import type { FileEnd, ReadingBatch, Taken, Taker, Taking } from './taker.js';

/**
 * Creates products and SKUs as they are, without gates (design 4.13). Changes that the master cannot take (a code or an
 * option tuple that is taken) are left out and named; the others are in.
 */
export class BaselineTaker implements Taker {
  constructor(private readonly by: Taking) {}

  read(header: ImportHeader, rows: readonly CsvRow[]): GroupReading {
    return header.read(rows);
  }

  async take(stores: Stores, { header, readings }: ReadingBatch): Promise<Taken> {
    if (readings.every(({ changes }) => changes.length === 0)) return { skusCreated: 0, faults: [] };
    const { newId } = this.by;
    const batch = new BaselineBatch(readings, header);
    const world = await stores.catalog.world(
      batch.changes().map(({ change }) => change),
      { lock: true },
    );
    batch.meet(world);
    // Every round that is not the last leaves something out, so there are at most as many rounds as changes.
    for (;;) {
      const rows = batch.changes();
      const changes = rows.map(({ change }) => change);
      const set = planChanges(world, changes, newId, { baseline: true });
      if (set.problems.length > 0) {
        batch.leaveOut(set.problems, rows);
        continue;
      }
      const faults = [...readings.flatMap((reading) => reading.faults), ...batch.faults];
      const skusCreated = rows.length === 0 ? 0 : await this.write(stores, set, rows, faults);
      batch.note(set.warnings, rows);
      const known = batch.knownCodes;
      if (known.length > 0) batch.tellKnown(linesIn(this.by.importId, await stores.catalog.firstReasons(known)));
      return { skusCreated, faults: batch.faults };
    }
  }

  private async write(
    stores: Stores,
    set: ChangeSet,
    rows: readonly RowChange[],
    faults: readonly RowFault[],
  ): Promise<number> {
    const { actor, importId } = this.by;
    const lines = new Map(rows.map(({ line, change }) => [foldCode(change.target), line]));
    const reason = reasonOf(importId);
    const reasons = new Map(
      set.skus.map(({ after }) => [after.id, `${reason}${LINE}${lines.get(foldCode(after.code))}`]),
    );
    const written = await writeChangeSet(stores, set, { actor, reason, reasons, changeRequestId: null }, 'BASELINE');
    await stores.quality.note(importId, notedIssues(faults, written, rows));
    const skus = written.filter(({ entity }) => entity === 'SKU').length;
    const data = { skus, products: written.length - skus };
    await stores.audit([{ actor, type: 'IMPORT_TAKEN', subject: importId, data }]);
    return skus;
  }

  /** The master has just learnt of these SKUs: a scan finds out which records of every system are theirs. */
  async settle(ports: Ports, { skusCreated }: FileEnd): Promise<null> {
    if (skusCreated === 0) return null;
    const caller = { actor: systemActor('import'), roles: ['OPERATOR'] as const };
    for (const { code } of await ports.operations.systems()) {
      const started = await startScan(ports, caller, code, 'FULL');
      // A scan that runs already pairs records at its end, and so sees these SKUs too.
      if (!started.ok) {
        const reasons = started.problems.map(({ message }) => message).join('; ');
        ports.log('info', 'no scan was started after an import', { system: code, reasons });
      }
    }
    return null;
  }
}

const LINE = ', line ';

/** Why every revision of a baseline is there; a SKU's names the line that it came from too. */
function reasonOf(importId: string): string {
  return `Baseline import ${importId}`;
}

/** Of SKUs by folded code: the line of this very import that made them. Those of other origin are left out. */
function linesIn(importId: string, reasons: ReadonlyMap<string, string | null>): Map<string, number> {
  const mine = reasonOf(importId) + LINE;
  return new Map(
    [...reasons].flatMap(([code, reason]) =>
      reason?.startsWith(mine) ? [[code, Number(reason.slice(mine.length))] as const] : [],
    ),
  );
}
