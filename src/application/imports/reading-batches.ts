import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportFormat, ImportHeader } from '../../domain/imports/import-format.js';
import { CodesSeen } from './codes-seen.js';
import { CsvFault, csvRows } from './csv-rows.js';

/** SKUs that one transaction creates at most, unless a single group has more; errors that it stores as well. */
const BATCH_SIZE = 1_000;

/** Groups of a file that follow one another, and what the file had wrong up to there. */
export interface FileBatch {
  /** Null only where the file ends before its header was understood. */
  header: ImportHeader | null;
  readings: GroupReading[];
  faults: RowFault[];
  rowsRead: number;
  /** Does any of its rows name what the file is about? */
  isNamed: boolean;
}

/**
 * A file as batches of readings. The last batch always comes, though it may be empty.
 * @throws CsvFault where the file stops being CSV, after the batch of what stands before.
 */
export async function* readingBatches(chunks: AsyncIterable<Buffer>, format: ImportFormat): AsyncGenerator<FileBatch> {
  const reading = new FileReading(format);
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
    yield reading.rest();
    throw error;
  }
  yield reading.rest();
}

/** One pass over the rows of a file: the group that is being read, and the batch that fills. */
class FileReading {
  private header: ImportHeader | null = null;
  private readonly codes = new CodesSeen();
  /** Rows of the group that is being read; they stand together. */
  private group: CsvRow[] = [];
  private groupKey = '';
  private batch: FileBatch;
  private changes = 0;

  constructor(private readonly format: ImportFormat) {
    this.batch = emptyBatch(null);
  }

  get hasHeader(): boolean {
    return this.header !== null;
  }

  /** @returns a batch once it is full. */
  add(row: CsvRow): FileBatch | null {
    if (!this.header) {
      this.header = headerOf(row, this.format);
      this.batch.header = this.header;
      return null;
    }
    this.addTo(this.header, row);
    return this.changes >= BATCH_SIZE || this.batch.faults.length >= BATCH_SIZE ? this.handOut() : null;
  }

  /** What is left at the end of the file. */
  rest(): FileBatch {
    if (this.header) this.closeGroup(this.header);
    return this.handOut();
  }

  private addTo(header: ImportHeader, row: CsvRow): void {
    const { batch } = this;
    batch.rowsRead += 1;
    const { length } = row.cells;
    if (length < header.width || row.cells.slice(header.width).some((cell) => cell.trim() !== '')) {
      this.reject(row.line, null, 'CSV_INVALID', `the row has ${length} cells, the header has ${header.width}`);
      return;
    }
    batch.isNamed ||= header.isNamed(row.cells);
    const key = header.groupKey(row.cells);
    if (key !== this.groupKey || key === '') this.closeGroup(header);
    this.groupKey = key;
    const { rows: limit, noun, column } = header.group;
    if (this.group.length < limit) this.group.push(row);
    else this.reject(row.line, column, 'TOO_MANY', `a ${noun} has at most ${limit} rows`);
  }

  private closeGroup(header: ImportHeader): void {
    if (this.group.length === 0) return;
    const reading = this.codes.withoutDoubles(header.read(this.group), header);
    this.group = [];
    this.batch.readings.push(reading);
    for (const fault of reading.faults) this.batch.faults.push(fault);
    this.changes += reading.changes.length;
  }

  private handOut(): FileBatch {
    const full = this.batch;
    this.batch = emptyBatch(this.header);
    this.changes = 0;
    return full;
  }

  private reject(line: number, column: string | null, code: RowFault['code'], message: string): void {
    this.batch.faults.push({ line, column, code, message, value: null, rejected: true, subject: null });
  }
}

function emptyBatch(header: ImportHeader | null): FileBatch {
  return { header, readings: [], faults: [], rowsRead: 0, isNamed: false };
}

function headerOf(row: CsvRow, format: ImportFormat): ImportHeader {
  const header = format.readHeader(row.cells);
  if (header.ok) return header.value;
  throw new CsvFault(row.line, null, header.problems.map(({ message }) => message).join('; '));
}
