import { planChanges } from '../../domain/change/plan-changes.js';
import type { CsvRow } from '../../domain/imports/csv-row.js';
import { Held } from '../../domain/imports/held.js';
import type { GroupReading, ImportHeader } from '../../domain/imports/import-format.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { BaselineBatch } from './baseline-batch.js';
import type { BaselineGround, Made } from './baseline-ground.js';
import { namesSuccessors } from './missing-successors.js';
import { lookUp } from './named-once.js';
import type { FileEnd, ReadGroup, ReadingBatch, Taken, Taker, Taking } from './taker.js';

/** Successors that are taken back in one transaction. */
const AT_ONCE = 1_000;
const NOTHING: Made = { skusCreated: 0, compositionsSet: 0, qualityIssues: 0 };

/**
 * Creates products and SKUs as they are, without gates (design 4.13). Changes that the master cannot take (a code or an
 * option tuple that is taken) are left out and named; the others are in.
 */
export class BaselineTaker implements Taker {
  /** @param ground where to: whatever it is, the same rows are taken, and the same told of the others. */
  constructor(
    private readonly ground: BaselineGround,
    private readonly by: Pick<Taking, 'importId' | 'runner' | 'newId'>,
  ) {}

  read(header: ImportHeader, rows: readonly CsvRow[]): GroupReading {
    return header.adopt ? { changes: header.reach(rows).map(lookUp), faults: [] } : header.read(rows);
  }

  async take(stores: Stores, { header, readings: read }: ReadingBatch): Promise<Taken> {
    const readings = header.adopt ? await this.adopted(stores, header, read) : read;
    // Those of a reading that knows nothing of the master are told already.
    const told = header.adopt ? readings.flatMap(({ faults }) => faults) : [];
    if (readings.every(({ changes }) => changes.length === 0)) return { ...NOTHING, faults: told };
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
      const set = planChanges(world, changes, this.by.newId, { baseline: true });
      if (set.problems.length > 0) {
        batch.leaveOut(set.problems, rows);
        continue;
      }
      const faults = [...readings.flatMap((reading) => reading.faults), ...batch.faults];
      const made = rows.length === 0 ? NOTHING : await this.ground.write(stores, set, rows, faults);
      batch.note(set.warnings, rows);
      batch.noteLeft(rows);
      const known = batch.knownCodes;
      if (known.length > 0) batch.tellKnown(await this.ground.linesOf(stores, known));
      return { ...made, faults: [...told, ...batch.faults] };
    }
  }

  async settle(ports: Ports, end: FileEnd): Promise<null> {
    // A row may name a successor that comes further down: only the end of the file tells which ones are missing.
    if (end.header && namesSuccessors(end.header)) await this.takeBackSuccessors(ports, end.header, end.line);
    await this.ground.settle(ports, end);
    return null;
  }

  /** What the rows come to beside what the master holds of what they name, which stays so: it is looked at as it is taken. */
  private async adopted(stores: Stores, header: ImportHeader, read: readonly ReadGroup[]): Promise<ReadGroup[]> {
    const named = read.flatMap(({ changes }) => changes.map(({ change }) => change));
    const held = new Held(await this.ground.world(stores, named));
    return read.map((each) => ({ ...each, ...header.adopt?.(each.rows, held) }));
  }

  /** Each round takes back what it tells, so that one that is repeated after a crash tells nothing twice. */
  private async takeBackSuccessors(ports: Ports, header: ImportHeader, line: number): Promise<void> {
    const { importId, runner } = this.by;
    for (;;) {
      const told = await ports.work.run(async (stores) => {
        const faults = await this.ground.takeBackSuccessors(stores, header, AT_ONCE);
        if (faults.length === 0) return 0;
        const nothing = { rowsRead: 0, skusCreated: 0, compositionsSet: 0, rejected: 0 };
        const step = { ...nothing, line, qualityIssues: faults.length, faults, ignored: header.ignored };
        await stores.imports.advance(importId, runner, step);
        return faults.length;
      });
      if (told < AT_ONCE) return;
    }
  }
}
