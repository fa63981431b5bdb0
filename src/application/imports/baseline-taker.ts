import { planChanges } from '../../domain/change/plan-changes.js';
import type { CsvRow } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportHeader } from '../../domain/imports/import-format.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { BaselineBatch } from './baseline-batch.js';
import type { BaselineGround, Made } from './baseline-ground.js';
import type { FileEnd, ReadingBatch, Taken, Taker } from './taker.js';

const NOTHING: Made = { skusCreated: 0, qualityIssues: 0 };

/**
 * Creates products and SKUs as they are, without gates (design 4.13). Changes that the master cannot take (a code or an
 * option tuple that is taken) are left out and named; the others are in.
 */
export class BaselineTaker implements Taker {
  /** @param ground where to: whatever it is, the same rows are taken, and the same told of the others. */
  constructor(
    private readonly ground: BaselineGround,
    private readonly newId: () => string,
  ) {}

  read(header: ImportHeader, rows: readonly CsvRow[]): GroupReading {
    return header.read(rows);
  }

  async take(stores: Stores, { header, readings }: ReadingBatch): Promise<Taken> {
    if (readings.every(({ changes }) => changes.length === 0)) return { ...NOTHING, faults: [] };
    const batch = new BaselineBatch(readings, header);
    const world = await this.ground.world(
      stores,
      batch.changes().map(({ change }) => change),
    );
    batch.meet(world);
    // Every round that is not the last leaves something out, so there are at most as many rounds as changes.
    for (;;) {
      const rows = batch.changes();
      const changes = rows.map(({ change }) => change);
      const set = planChanges(world, changes, this.newId, { baseline: true });
      if (set.problems.length > 0) {
        batch.leaveOut(set.problems, rows);
        continue;
      }
      const faults = [...readings.flatMap((reading) => reading.faults), ...batch.faults];
      const made = rows.length === 0 ? NOTHING : await this.ground.write(stores, set, rows, faults);
      batch.note(set.warnings, rows);
      const known = batch.knownCodes;
      if (known.length > 0) batch.tellKnown(await this.ground.linesOf(stores, known));
      return { ...made, faults: batch.faults };
    }
  }

  async settle(ports: Ports, end: FileEnd): Promise<null> {
    await this.ground.settle(ports, end);
    return null;
  }
}
