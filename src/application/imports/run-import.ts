import { definitionsOf } from '../../domain/attributes/read-attribute-list.js';
import type { ImportFormat, Known } from '../../domain/imports/import-format.js';
import { importFormat } from '../../domain/imports/import-formats.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { Problem } from '../../domain/problem.js';
import type { ImportJob } from '../ports/import-store.js';
import { ImportLost } from '../ports/import-store.js';
import type { Ports } from '../ports/ports.js';
import { CsvFault, HeaderFault, proveCsv } from './csv-rows.js';
import { takerOf } from './import-modes.js';
import { oneAhead } from './one-ahead.js';
import type { FileBatch } from './reading-batches.js';
import { BATCH_SIZE, readingBatches } from './reading-batches.js';
import type { FileEnd, Taken, Taker } from './taker.js';

/** What is wrong with a header line is told in the error itself so many times at most. */
const NAMED = 5;
const NOTHING: Taken = { skusCreated: 0, compositionsSet: 0, qualityIssues: 0, faults: [] };

/**
 * Takes an uploaded file, in batches, each with its faults and counts in one transaction. An import whose process died
 * goes on behind the last batch that was committed: nothing is taken, told or counted twice.
 * One runner at a time: an import that another has claimed is left to it, and one that was lost meanwhile too.
 * Ends as SUCCEEDED or FAILED; a fault of ours is logged in full and told without internals.
 * @param batchSize changes of one transaction at most, unless a single group has more.
 */
export async function runImport(ports: Ports, id: string, batchSize = BATCH_SIZE): Promise<void> {
  const runner = ports.newId();
  const job = await ports.imports.claim(id, runner);
  if (!job) {
    ports.log('info', 'an import was asked for that is not waiting', { import: id });
    return;
  }
  let line = job.takenLine;
  try {
    const run = new ImportRun(ports, job, { runner, batchSize, taken: (at) => (line = at) });
    await run.all();
  } catch (error) {
    if (error instanceof ImportLost) {
      ports.log('warn', 'an import was taken over', { import: id, line });
      return;
    }
    ports.log('error', 'an import failed', { import: id, error: error instanceof Error ? error.stack : String(error) });
    const told = `something went wrong on our side after line ${line}; what was taken before is in`;
    await ports.work.run((stores) => stores.imports.finish(id, runner, 'FAILED', told));
  }
}

interface Run {
  runner: string;
  batchSize: number;
  /** Told the line up to which the file is taken, each time that it moves. */
  taken: (line: number) => void;
}

/** One pass over a file: hands its readings to the taker, and keeps how far it is. */
class ImportRun {
  private readonly taker: Taker;
  private readonly format: ImportFormat;
  private skusCreated: number;
  private last: FileBatch | null = null;

  private readonly runner: string;

  constructor(
    private readonly ports: Ports,
    private readonly job: ImportJob,
    private readonly how: Run,
  ) {
    this.runner = how.runner;
    this.format = knownFormat(job.format);
    this.skusCreated = job.skusCreated;
    const { id: importId, mode, actor } = job;
    this.taker = takerOf(mode, { importId, actor, job, runner: how.runner, newId: () => ports.newId() });
  }

  async all(): Promise<void> {
    const { ports, job } = this;
    try {
      // A file that is no CSV further down leaves nothing half-written. What was begun has been proven.
      if (job.takenLine === 0) await proveCsv(ports.imports.chunks(job.id));
      // While the database works on one batch, the next is read.
      const known = await knownTo(ports);
      const { batchSize } = this.how;
      const how = { format: this.format, known, read: this.taker.read.bind(this.taker), batchSize };
      const batches = readingBatches(ports.imports.chunks(job.id), how, job.takenLine);
      for await (const batch of oneAhead(batches)) await this.takeBatch(batch);
    } catch (error) {
      if (!(error instanceof CsvFault)) throw error;
      await this.fail(error);
      return;
    }
    if (this.last?.isNamed !== true) {
      const { code, message } = this.format.nothing;
      await this.finish('FAILED', `${code}: ${message}`);
      return;
    }
    const error = await this.taker.settle(ports, this.ended(true));
    await this.finish(error === null ? 'SUCCEEDED' : 'FAILED', error);
  }

  /** The file stops being CSV: what stands before that line is taken, nothing behind it is. */
  private async fail(fault: CsvFault): Promise<void> {
    const { ports, job, runner, last } = this;
    const { line, column, message } = fault;
    const faults =
      fault instanceof HeaderFault
        ? fault.problems.map((each) => fileFault(line, each.field?.[0] || null, each.code, each.message))
        : [fileFault(line, column, 'CSV_INVALID', message)];
    // Told already, where the process died between this and the end.
    if (line > job.takenLine) {
      const nothing = { rowsRead: 0, skusCreated: 0, compositionsSet: 0, qualityIssues: 0 };
      const step = { ...nothing, line, rejected: 1, faults, ignored: last?.header?.ignored ?? [] };
      await ports.work.run((stores) => stores.imports.advance(job.id, runner, step));
    }
    await this.taker.settle(ports, this.ended(false));
    const before = this.skusCreated > 0 ? `; SKUs taken before it: ${this.skusCreated}` : '; nothing was taken';
    const told = fault instanceof HeaderFault ? inShort(fault.problems) : message;
    await this.finish('FAILED', `${faults[0]?.code ?? 'CSV_INVALID'}: line ${line}: ${told}${before}`);
  }

  private ended(isComplete: boolean): FileEnd {
    const { skusCreated, last, job } = this;
    return { isComplete, skusCreated, header: last?.header ?? null, line: last?.lastLine ?? job.takenLine };
  }

  private async finish(state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const { ports, job, runner } = this;
    await ports.work.run((stores) => stores.imports.finish(job.id, runner, state, error));
  }

  private async takeBatch(batch: FileBatch): Promise<void> {
    const { ports, job, runner } = this;
    this.last = batch;
    const { header, readings, rowsRead, lastLine: line } = batch;
    const skusCreated = await ports.work.run(async (stores) => {
      const asks = header !== null && readings.length > 0;
      const taken = asks ? await this.taker.take(stores, { header, readings }) : NOTHING;
      const faults = [...batch.faults, ...taken.faults].sort((a, b) => a.line - b.line);
      const rejected = new Set(faults.flatMap((fault) => (fault.rejected ? [fault.line] : []))).size;
      const ignored = header?.ignored ?? [];
      await stores.imports.advance(job.id, runner, { ...taken, line, rowsRead, rejected, faults, ignored });
      return taken.skusCreated;
    });
    this.skusCreated += skusCreated;
    this.how.taken(line);
  }
}

/** The first of them, and how many more there are: all of them are in the list of errors. */
function inShort(problems: readonly Problem[]): string {
  const told = problems.slice(0, NAMED).map(({ message }) => message);
  const more = problems.length - told.length;
  return more > 0 ? `${told.join('; ')}; and ${more} more` : told.join('; ');
}

/** An upload that another version of Skuward has received may be of a kind that this one does not know. */
function knownFormat(code: string): ImportFormat {
  const format = importFormat(code);
  if (!format) throw new Error(`there is no import format ${code}`);
  return format;
}

/** What of the house the reading of a file takes; as it is when the file is taken. */
async function knownTo(ports: Ports): Promise<Known> {
  const systems = await ports.operations.systems();
  const { attributes } = await ports.settings.current();
  return { systems: systems.map(({ code }) => code), attributes: definitionsOf(attributes) };
}

function fileFault(line: number, column: string | null, code: RowFault['code'], message: string): RowFault {
  return { line, column, code, message, value: null, rejected: true, subject: null };
}
