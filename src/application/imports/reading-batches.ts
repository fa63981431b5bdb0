import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { FileLimits, ImportFormat, ImportHeader, Known } from '../../domain/imports/import-format.js';
import { problem } from '../../domain/problem.js';
import { CsvFault, csvRows, HeaderFault } from './csv-rows.js';
import type { ReadGroup, Taker } from './taker.js';

/** Changes, groups or errors that one transaction takes at most, unless a single group has more. */
export const BATCH_SIZE = 1_000;

/** Groups of a file that follow one another, and what the file had wrong up to there. Groups are never cut in two. */
export interface FileBatch {
  /** Null only where the file ends before its header was understood. */
  header: ImportHeader | null;
  readings: ReadGroup[];
  faults: RowFault[];
  rowsRead: number;
  /** Line of the last row that it holds: what comes behind it is whole without it. */
  lastLine: number;
  /** Does any row so far name what the file is about? */
  isNamed: boolean;
}

/** How a file is read. */
export interface Reading {
  format: ImportFormat;
  known: Known;
  read: Taker['read'];
  batchSize: number;
}

/**
 * A file as batches of readings. The last batch always comes, though it may be empty.
 * @param after rows up to this line were taken before: they are passed over, and counted in nothing.
 * @throws CsvFault where the file stops being CSV, after the batch of what stands before.
 */
export async function* readingBatches(
  chunks: AsyncIterable<Buffer>,
  how: Reading,
  after: number,
): AsyncGenerator<FileBatch> {
  const reading = new FileReading(how, after);
  try {
    for await (const rows of csvRows(chunks)) {
      for (const row of rows) {
        const batch = reading.add(row);
        if (batch) yield batch;
      }
    }
    if (!reading.hasHeader) throw new CsvFault(1, null, 'the file has no header line');
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    yield reading.rest(false);
    throw error;
  }
  yield reading.rest(true);
}

/** One pass over the rows of a file: the group that is being read, and the batch that fills. */
class FileReading {
  private header: ImportHeader | null = null;
  /** Rows of the group that is being read, and faults among them; together never more than a group may have. */
  private rows: CsvRow[] = [];
  private faults: RowFault[] = [];
  private key: string | null = null;
  /** The group is as long as a group may be: what follows under its key is too much. */
  private isFull = false;
  /** Of a file that is taken as one: characters of the rows so far. */
  private characters = 0;
  private lastLine: number;
  private isNamed = false;
  private batch: FileBatch;
  private changes = 0;

  constructor(
    private readonly how: Reading,
    private readonly after: number,
  ) {
    this.lastLine = after;
    this.batch = this.emptyBatch();
  }

  get hasHeader(): boolean {
    return this.header !== null;
  }

  /** @returns a batch once it is full. */
  add(row: CsvRow): FileBatch | null {
    if (!this.header) {
      this.header = headerOf(row, this.how);
      this.batch.header = this.header;
      return null;
    }
    const { header } = this;
    if (header.atOnce) return this.keep(row, header, header.atOnce);
    const { length } = row.cells;
    if (length < header.width || row.cells.slice(header.width).some((cell) => cell.trim() !== '')) {
      const message = `the row has ${length} cells, the header has ${header.width}`;
      return this.reject(header, row.line, null, 'CSV_INVALID', message);
    }
    this.isNamed ||= header.isNamed(row.cells);
    const key = header.groupKey(row.cells);
    let full: FileBatch | null = null;
    if (key !== this.key || key === '') {
      full = this.closeGroup(header);
      this.key = key;
      this.isFull = false;
    }
    if (!this.isFull) {
      this.rows.push(row);
      return this.closeIfFull(header) ?? full;
    }
    const { rows: limit, noun, column } = header.group;
    return this.reject(header, row.line, column, 'TOO_MANY', `a ${noun} has at most ${limit} rows`);
  }

  private keep(row: CsvRow, header: ImportHeader, limits: FileLimits): null {
    this.isNamed ||= header.isNamed(row.cells);
    this.rows.push(row);
    for (const cell of row.cells) this.characters += cell.length;
    if (this.rows.length > limits.rows || this.characters > limits.characters) {
      const told = `such a file has at most ${limits.rows} rows and ${limits.characters} characters; split it`;
      throw new HeaderFault(row.line, [problem('TOO_MANY', told)]);
    }
    return null;
  }

  /** What is left where the file ends. @param isWhole false: it stops being CSV there. */
  rest(isWhole: boolean): FileBatch {
    // What is missing of a file that is taken as one may belong to any of its rows.
    if (!isWhole && this.header?.atOnce) this.rows = [];
    const full = this.header && this.closeGroup(this.header);
    return full ?? this.handOut();
  }

  /** A row that is no part of any group stands where it stands: within the group around it, where there is one. */
  private reject(
    header: ImportHeader,
    line: number,
    column: string | null,
    code: RowFault['code'],
    message: string,
  ): FileBatch | null {
    this.faults.push({ line, column, code, message, value: null, rejected: true, subject: null });
    return this.rows.length === 0 ? this.closeGroup(header) : this.closeIfFull(header);
  }

  private closeIfFull(header: ImportHeader): FileBatch | null {
    if (this.rows.length + this.faults.length < header.group.rows) return null;
    this.isFull = true;
    return this.closeGroup(header);
  }

  /** @returns a batch if it is full now. */
  private closeGroup(header: ImportHeader): FileBatch | null {
    const { rows, faults, batch } = this;
    const last = Math.max(rows.at(-1)?.line ?? 0, faults.at(-1)?.line ?? 0);
    if (last === 0) return null;
    this.rows = [];
    this.faults = [];
    // Taken before: read all the same, because what follows may belong to it.
    if (last <= this.after) return null;
    this.lastLine = last;
    batch.rowsRead += rows.length + faults.length;
    for (const fault of faults) batch.faults.push(fault);
    if (rows.length > 0) {
      const reading = this.how.read(header, rows);
      batch.readings.push({ ...reading, rows });
      for (const fault of reading.faults) batch.faults.push(fault);
      this.changes += reading.changes.length;
    }
    const size = Math.max(this.changes, batch.readings.length, batch.faults.length);
    return size >= this.how.batchSize ? this.handOut() : null;
  }

  private handOut(): FileBatch {
    const full = { ...this.batch, lastLine: this.lastLine, isNamed: this.isNamed };
    this.batch = this.emptyBatch();
    this.changes = 0;
    return full;
  }

  private emptyBatch(): FileBatch {
    const { header, lastLine, isNamed } = this;
    return { header, readings: [], faults: [], rowsRead: 0, lastLine, isNamed };
  }
}

function headerOf(row: CsvRow, { format, known }: Reading): ImportHeader {
  const header = format.readHeader(row.cells, known);
  if (header.ok) return header.value;
  throw new HeaderFault(row.line, header.problems);
}
