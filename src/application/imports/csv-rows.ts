import { isUtf8 } from 'node:buffer';
import type { Parser } from 'csv-parse';
import { CsvError, parse } from 'csv-parse';
import type { CsvRow } from '../../domain/imports/csv-row.js';
import { delimiterOf, lineBreaksIn } from '../../domain/imports/csv-row.js';
import { SNIFFED_BYTES, strangerOf } from '../../domain/imports/file-kind.js';
import type { Problem } from '../../domain/problem.js';

/** Bytes of one record at most: Shopify's longest cell, a description, has 512 KB (Shopify help: CSV product files). */
const RECORD_BYTES = 2 * 1024 * 1024;
const NEWLINE = 0x0a;

const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened in this row and never closed',
  CSV_MAX_RECORD_SIZE: 'the row is longer than 2 MiB; a quote may not be closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; a quote inside of a cell is doubled',
  INVALID_OPENING_QUOTE: 'a quote stands inside of an unquoted cell',
};

/** The file is no CSV, from a line on. What came before that line may have been handed out already. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';

  constructor(
    readonly line: number,
    /** Place of the cell in its row, from 0, where it is known. */
    readonly cell: number | null,
    message: string,
    /** The header of that cell's column, where both are known. */
    readonly column: string | null = null,
  ) {
    super(message);
  }
}

/** The file is none of the format's: which columns of its header line are wrong, each by its own name, or that it is too long. */
export class HeaderFault extends CsvFault {
  constructor(
    line: number,
    readonly problems: readonly Problem[],
  ) {
    super(line, null, problems.map(({ message }) => message).join('; '));
  }
}

/**
 * The records of a CSV file with the lines that they start on, in batches as the bytes come; blank lines are passed over.
 * UTF-8, with or without a byte order mark; comma, semicolon or tab, judged by the first line; any line ends.
 * @throws CsvFault naming the line where the file stops being CSV.
 */
export async function* csvRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  let parsing: Parsing | null = null;
  for await (const chunk of wholeLines(sniffed(chunks))) {
    parsing ??= new Parsing(delimiterOfFile(chunk));
    yield await parsing.take(chunk);
  }
  if (!parsing) throw new CsvFault(1, null, 'the file is empty');
  yield await parsing.end();
}

/**
 * Reads a whole file and keeps nothing of it, so that a file which is no CSV anywhere is known before any of it is taken.
 * @throws CsvFault
 */
export async function proveCsv(chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const rows of csvRows(chunks)) void rows;
}

/** One parser, and the line count that it cannot keep itself: csv-parse counts CR LF in quoted cells twice. */
class Parsing {
  private readonly parser: Parser;
  private rows: CsvRow[] = [];
  private nextLine = 1;
  private blankLines = 0;
  private header: string[] | null = null;

  constructor(delimiter: string) {
    this.parser = parse({
      bom: true,
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: RECORD_BYTES,
      // Else each blank line costs an error object that nobody sees: hours of a worker for a file of line ends.
      skip_empty_lines: true,
      // Records are collected here and not streamed on: a stream drops those read before an error in the same chunk.
      on_record: (cells: string[], { empty_lines: blank }) => {
        this.passOver(blank);
        this.collect(cells);
        return null;
      },
    });
    // Faults are reported through `take` and `end`; without a listener they would end the process as well.
    this.parser.on('error', () => undefined);
    this.parser.resume();
  }

  async take(chunk: Buffer): Promise<CsvRow[]> {
    await this.settled((done) => this.parser.write(chunk, done));
    return this.handOut();
  }

  async end(): Promise<CsvRow[]> {
    await this.settled((done) => {
      this.parser.once('error', done);
      this.parser.once('end', () => done(null));
      this.parser.end();
    });
    return this.handOut();
  }

  private passOver(blankLines: number): void {
    this.nextLine += blankLines - this.blankLines;
    this.blankLines = blankLines;
  }

  private collect(cells: string[]): void {
    const line = this.nextLine;
    this.nextLine += 1 + lineBreaksIn(cells);
    if (cells.every((cell) => cell.trim() === '')) return;
    this.header ??= cells;
    this.rows.push({ line, cells });
  }

  private handOut(): CsvRow[] {
    const rows = this.rows;
    this.rows = [];
    return rows;
  }

  private settled(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      act((error) => (error ? reject(this.faultOf(error)) : resolve()));
    });
  }

  private faultOf(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const cell = typeof error.index === 'number' ? error.index : null;
    if (typeof error.empty_lines === 'number') this.passOver(error.empty_lines);
    const message = FAULTS[error.code];
    const column = (cell === null ? null : this.header?.[cell]) ?? null;
    return message === undefined ? error : new CsvFault(this.nextLine, cell, message, column);
  }
}

/** The same bytes; refuses a file whose first ones tell that it is something else. */
async function* sniffed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < SNIFFED_BYTES) continue;
    refuseStranger(start);
    yield start;
    start = null;
  }
  if (start === null || start.length === 0) return;
  refuseStranger(start);
  yield start;
}

function refuseStranger(start: Buffer): void {
  const stranger = strangerOf(start);
  if (!stranger) return;
  throw new CsvFault(1, null, `this seems to be ${stranger.kind}, not CSV in UTF-8; ${stranger.remedy}`);
}

/** Chunks cut at line ends and proven to be UTF-8 text, so that no character is ever replaced unseen. */
async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const chunk of chunks) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const cut = Math.max(data.lastIndexOf(NEWLINE), data.lastIndexOf(0x0d, -2)) + 1;
    rest = data.subarray(cut);
    if (rest.length > RECORD_BYTES) throw new CsvFault(line, null, 'a line is longer than 2 MiB');
    if (cut === 0) continue;
    const whole = data.subarray(0, cut);
    line = proveText(whole, line);
    yield whole;
  }
  if (rest.length === 0) return;
  proveText(rest, line);
  yield rest;
}

/** @returns the number of the line after these bytes. */
function proveText(bytes: Buffer, firstLine: number): number {
  let line = firstLine;
  if (isUtf8(bytes) && !bytes.includes(0)) {
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) line += 1;
    return line;
  }
  let from = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
    const part = bytes.subarray(from, at);
    if (!isUtf8(part) || part.includes(0)) break;
    from = at + 1;
    line += 1;
  }
  // A NUL is UTF-8 and yet no text: nothing can store it.
  const end = bytes.indexOf(NEWLINE, from);
  const isText = isUtf8(bytes.subarray(from, end < 0 ? bytes.length : end));
  const message = isText
    ? 'this line holds a NUL character, which is no text; remove it'
    : 'this is not UTF-8 text; save the file as "CSV UTF-8"';
  throw new CsvFault(line, null, message);
}

function delimiterOfFile(start: Buffer): string {
  const text = start.toString('utf8').replace(/^\uFEFF/, '');
  const header = text.trimStart().split(/\r\n|\n|\r/, 1)[0] ?? '';
  const delimiter = delimiterOf(header);
  if (!delimiter) throw new CsvFault(1, null, 'the first line has no comma, semicolon or tab: this is no CSV file');
  return delimiter;
}
