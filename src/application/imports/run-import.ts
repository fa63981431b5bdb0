import { foldCode } from '../../domain/primitives/text.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportFormat } from '../../domain/imports/import-format.js';
import { importFormat } from '../../domain/imports/import-formats.js';
import { systemActor } from '../../domain/actor.js';
import { startScan } from '../drift/start-scan.js';
import type { ImportJob } from '../ports/import-store.js';
import { ImportLost } from '../ports/import-store.js';
import { PAGE_LIMIT } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import { reasonOf } from './baseline-taker.js';
import { CsvFault } from './csv-rows.js';
import { takerOf } from './import-modes.js';
import type { FileBatch } from './reading-batches.js';
import { readingBatches } from './reading-batches.js';
import type { Taker } from './taker.js';

/**
 * Takes an uploaded file into the master, in batches, each in a transaction of its own. An import whose process died
 * is taken again from the start: what it had created already is recognised and counted, not rejected.
 * One runner at a time: an import that another has claimed is left to it, and one that was lost meanwhile too.
 * Ends as SUCCEEDED or FAILED; a fault of ours is logged in full and told without internals.
 */
export async function runImport(ports: Ports, id: string): Promise<void> {
  const runner = ports.newId();
  const job = await ports.imports.claim(id, runner);
  if (!job) {
    ports.log('info', 'an import was asked for that is not waiting', { import: id });
    return;
  }
  let run: ImportRun | null = null;
  try {
    run = new ImportRun(ports, job, runner);
    await run.all();
  } catch (error) {
    if (error instanceof ImportLost) {
      ports.log('warn', 'an import was taken over', { import: id, rows: run?.rowsRead });
      return;
    }
    ports.log('error', 'an import failed', { import: id, error: error instanceof Error ? error.stack : String(error) });
    const told = `something went wrong on our side after row ${run?.rowsRead ?? 0}; what was taken before is in`;
    await ports.imports.finish(id, runner, 'FAILED', told);
  }
}

/** One pass over a file: hands its readings to the taker, and tells how far it is. */
class ImportRun {
  rowsRead = 0;
  private readonly taker: Taker;
  private readonly format: ImportFormat;
  private faultCount = 0;
  private skusCreated = 0;
  private rejected = 0;
  private isNamed = false;

  constructor(
    private readonly ports: Ports,
    private readonly job: ImportJob,
    private readonly runner: string,
  ) {
    this.format = knownFormat(job.format);
    this.taker = takerOf(job.mode, { importId: job.id, actor: job.actor, newId: () => ports.newId() });
  }

  async all(): Promise<void> {
    let last: FileBatch | null = null;
    try {
      for await (const batch of readingBatches(this.ports.imports.chunks(this.job.id), this.format)) {
        last = batch;
        await this.takeBatch(batch);
      }
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error;
      await this.fail(error, last);
      return;
    }
    await this.end();
  }

  private async end(): Promise<void> {
    if (!this.isNamed) {
      const { code, message } = this.format.nothing;
      await this.finish('FAILED', `${code}: ${message}`);
      return;
    }
    // Before it is told that the import has ended: whoever waits for that may then wait for the scans.
    if (this.skusCreated > 0) await this.lookAround();
    await this.finish('SUCCEEDED', null);
  }

  /** The file stops being CSV: what stands before that line is taken, nothing behind it is. */
  private async fail({ line, cell, message }: CsvFault, last: FileBatch | null): Promise<void> {
    const column = cell === null ? null : (last?.header?.nameAt(cell) ?? null);
    await this.tell([{ line, column, code: 'CSV_INVALID', message, value: null, rejected: true, subject: null }]);
    const before = this.skusCreated > 0 ? `; SKUs taken before it: ${this.skusCreated}` : '; nothing was taken';
    await this.finish('FAILED', `CSV_INVALID: line ${line}: ${message}${before}`);
    if (this.skusCreated > 0) await this.lookAround();
  }

  private async finish(state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const { ports, job, runner } = this;
    if (!(await ports.imports.finish(job.id, runner, state, error))) throw new ImportLost(job.id);
  }

  /** Takes a batch, in one transaction, and then tells how far the import is. */
  private async takeBatch(batch: FileBatch): Promise<void> {
    const { ports, job, runner } = this;
    this.rowsRead += batch.rowsRead;
    this.isNamed ||= batch.isNamed;
    const faults = [...batch.faults];
    // Before anything is created or told: a runner that stood still must not work beside the one who took over.
    await ports.imports.hold(job.id, runner);
    const { header } = batch;
    if (header && batch.readings.some(({ changes }) => changes.length > 0)) {
      const { rest, own } = await this.withoutOwn(batch.readings);
      const taken = await ports.work.run((stores) => this.taker.take(stores, { header, readings: rest }));
      this.skusCreated += taken.skusCreated + own;
      for (const fault of taken.faults) faults.push(fault);
    }
    await this.tell(faults);
  }

  private async tell(faults: RowFault[]): Promise<void> {
    const { ports, job, runner } = this;
    faults.sort((a, b) => a.line - b.line);
    this.rejected += new Set(faults.filter(({ rejected }) => rejected).map(({ line }) => line)).size;
    if (faults.length > 0) await ports.imports.addErrors(job.id, this.faultCount, faults);
    this.faultCount += faults.length;
    const { rowsRead, skusCreated, rejected } = this;
    await ports.imports.progress(job.id, runner, { rowsRead, skusCreated, rejected });
  }

  /** Leaves out what this very import created before its process died: the SKUs' first revision says so. */
  private async withoutOwn(readings: GroupReading[]): Promise<{ rest: GroupReading[]; own: number }> {
    const { catalog } = this.ports;
    const codes = readings.flatMap(({ changes }) =>
      changes.flatMap(({ change }) => (change.operation === 'SKU_CREATE' ? [change.target] : [])),
    );
    const known = await catalog.skusByCodes(codes);
    const own = new Set<string>();
    for (const sku of known.values()) {
      if (sku.createdAt < this.job.createdAt) continue;
      const { items } = await catalog.revisionsOf(sku.id, { first: PAGE_LIMIT, after: null });
      const first = items.find(({ node }) => node.revision === 1);
      if (first?.node.reason === reasonOf(this.job.id)) own.add(foldCode(sku.code));
    }
    if (own.size === 0) return { rest: readings, own: 0 };
    const isOwn = ({ operation, target }: { operation: string; target: string }): boolean =>
      operation === 'SKU_CREATE' && own.has(foldCode(target));
    const rest = readings.map((each) => ({ ...each, changes: each.changes.filter(({ change }) => !isOwn(change)) }));
    return { rest, own: own.size };
  }

  /** The master has just learnt of these SKUs: a scan finds out which records of every system are theirs. */
  private async lookAround(): Promise<void> {
    const caller = { actor: systemActor('import'), roles: ['OPERATOR'] as const };
    for (const { code } of await this.ports.operations.systems()) {
      const started = await startScan(this.ports, caller, code, 'FULL');
      // A scan that runs already pairs records at its end, and so sees these SKUs too.
      if (!started.ok) {
        const reasons = started.problems.map(({ message }) => message).join('; ');
        this.ports.log('info', 'no scan was started after an import', { system: code, reasons });
      }
    }
  }
}

/** An upload that another version of Skuward has received may be of a kind that this one does not know. */
function knownFormat(code: string): ImportFormat {
  const format = importFormat(code);
  if (!format) throw new Error(`there is no import format ${code}`);
  return format;
}
