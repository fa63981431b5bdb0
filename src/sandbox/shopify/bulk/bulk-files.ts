import { closeSync, createReadStream, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FormulaRows } from '../formula/formula-rows.js';

/** Lines that are put into another order at a time, so that a child may come before its parent [D]. */
const SHUFFLE_WINDOW = 5000;
const CHUNK_CHARACTERS = 64 * 1024;

/** The directory of result files: they are not held in memory, and go with the process that made them. */
export class BulkFiles {
  private directory: string | null = null;

  constructor(private readonly dataDir: string | null) {}

  create(id: number): BulkFile {
    this.directory ??= this.made();
    return new BulkFile(join(this.directory, `${id}.jsonl`));
  }

  close(): void {
    if (this.directory !== null) rmSync(this.directory, { recursive: true, force: true });
  }

  /** What a process before this one left behind belongs to nobody. */
  private made(): string {
    if (this.dataDir === null) return mkdtempSync(join(tmpdir(), 'stand-in-bulk-'));
    const directory = join(this.dataDir, 'shopify-bulk');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    return directory;
  }
}

/** Products of a formula that belong to a result: made only when it is downloaded. */
export interface FormulaPart {
  rows: FormulaRows;
  ids: () => Iterable<number>;
}

/** One result file: lines as they are found, and behind them those of a formula. */
export class BulkFile {
  lines = 0;
  bytes = 0;
  private descriptor: number | null = null;
  private formula: FormulaPart | null = null;
  private readonly window: string[] = [];

  constructor(private readonly path: string) {}

  /** `order` gives a number below one; null keeps the order. */
  write(lines: readonly string[], order: (() => number) | null): void {
    if (order === null) {
      this.append(lines);
      return;
    }
    for (const line of lines) {
      this.window.push(line);
      if (this.window.length >= SHUFFLE_WINDOW) this.flush(order);
    }
  }

  flush(order: () => number): void {
    for (let at = this.window.length - 1; at > 0; at -= 1) {
      const other = Math.floor(order() * (at + 1));
      [this.window[at], this.window[other]] = [this.window[other] ?? '', this.window[at] ?? ''];
    }
    this.append(this.window.splice(0));
  }

  /** `products` are how many ids there are; `bytes` is only near the truth from here on, as Shopify's may be [R]. */
  add(part: FormulaPart, products: number, sample: number): void {
    this.formula = part;
    this.lines += products * part.rows.lines.length;
    this.bytes += products * Buffer.byteLength(part.rows.of(sample));
  }

  end(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }

  remove(): void {
    this.end();
    rmSync(this.path, { force: true });
  }

  read(): Readable {
    const { formula } = this;
    const file = this.bytes === 0 || !this.isWritten ? [] : createReadStream(this.path);
    if (!formula) return Readable.from(file, { objectMode: false });
    async function* both(): AsyncGenerator<Buffer | string> {
      yield* file;
      let text = '';
      for (const id of formula?.ids() ?? []) {
        text += formula?.rows.of(id) ?? '';
        if (text.length < CHUNK_CHARACTERS) continue;
        yield text;
        text = '';
      }
      yield text;
    }
    return Readable.from(both(), { objectMode: false });
  }

  private isWritten = false;

  private append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.descriptor ??= openSync(this.path, 'w', 0o600);
    this.isWritten = true;
    let rest = Buffer.from(`${lines.join('\n')}\n`);
    this.bytes += rest.length;
    this.lines += lines.length;
    while (rest.length > 0) rest = rest.subarray(writeSync(this.descriptor, rest));
  }
}
