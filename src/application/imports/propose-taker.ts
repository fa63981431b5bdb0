import type { ProposedChange } from '../../domain/change/change.js';
import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import { Held } from '../../domain/imports/held.js';
import type { GroupReading, ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { ToldProgress } from '../change/bulk/told-progress.js';
import { CHANGE_LIMIT } from '../change/change-draft.js';
import type { CollectedChange } from '../ports/import-proposals.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { keyOf, lookUp, NamedOnce } from './named-once.js';
import { proposeCollected } from './propose-collected.js';
import type { FileEnd, ReadingBatch, Taken, Taker, Taking } from './taker.js';

/**
 * Makes one change request of a file: each batch is compared with the master and what differs is set aside; the
 * request is made at the end of the file, of all of it. Rows with anything wrong are left out and named.
 */
export class ProposeTaker implements Taker {
  constructor(private readonly by: Taking) {}

  read(header: ImportHeader, rows: readonly CsvRow[]): GroupReading {
    return { changes: header.reach(rows).map(lookUp), faults: [] };
  }

  async take(stores: Stores, { header, readings }: ReadingBatch): Promise<Taken> {
    const { importId } = this.by;
    const groups = readings.map(({ rows }) => ({ rows, named: header.reach(rows) }));
    const named = groups.flatMap((group) => group.named);
    const keys = named.map((each) => ({ ...each, key: keyOf(each) }));
    const once = new NamedOnce(await stores.proposals.namedBefore(importId, keys), header);
    const world = await stores.catalog.world(
      named.map((each) => lookUp(each).change),
      { lock: false },
    );
    const held = new Held(world);
    const faults: RowFault[] = [];
    const changes: CollectedChange[] = [];
    for (const group of groups) {
      const kept = once.take(group.rows, group.named);
      faults.push(...kept.faults);
      if (kept.rows.length === 0) continue;
      const reading = header.propose(kept.rows, held, kept.spokenFor);
      faults.push(...reading.faults);
      for (const row of reading.changes) {
        const isSaid = isOfProduct(row.change) && kept.spokenFor.has(row.change.target);
        if (!isSaid) changes.push({ ...row, together: row.together ?? ownLine(row) });
      }
    }
    await stores.proposals.name(importId, once.fresh);
    await this.collect(stores, changes);
    return { skusCreated: 0, compositionsSet: 0, qualityIssues: 0, faults };
  }

  async settle(ports: Ports, end: FileEnd): Promise<string | null> {
    const { header, line } = end;
    const { proposed, error } = this.by.job;
    // Settled before, by a process that died before it could end the import: nothing is made or told again.
    if (proposed !== null) return error;
    // Half a file is no proposal.
    if (!end.isComplete || header === null) return null;
    const { importId, runner } = this.by;
    const changes = await ports.work.look((stores) => stores.proposals.count(importId));
    const total = changes * 2;
    const told = new ToldProgress(ports, { import: importId }, changes, (stores, _phase, done) =>
      stores.imports.proposing(importId, runner, { done, total }),
    );
    try {
      return await ports.work.run((stores) => proposeCollected(ports, stores, this.by, { header, line, told }));
    } finally {
      await told.end();
    }
  }

  /** What is too much for one request is told at the end; more of it need not be kept. */
  private async collect(stores: Stores, changes: readonly CollectedChange[]): Promise<void> {
    if (changes.length === 0) return;
    await stores.proposals.collect(this.by.importId, changes.slice(0, CHANGE_LIMIT + 1));
  }
}

/** A product's change is the business of all its rows, so that it falls with none of them. */
function ownLine({ line, change }: RowChange): number[] {
  return isOfProduct(change) ? [] : [line];
}

function isOfProduct({ operation }: ProposedChange): boolean {
  return operation === 'PRODUCT_CREATE' || operation === 'PRODUCT_UPDATE';
}
