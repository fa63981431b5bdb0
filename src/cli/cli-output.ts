import type { CliIo } from './cli-io.js';

const BAR_WIDTH = 30;
const CELL_WIDTH = 60;
/** Cursor up one line, and that line erased (ECMA-48 CUU and EL). */
const OVER = '\u001B[1A\u001B[2K';
/** Controls of a file's values would otherwise steer the terminal. */
const CONTROLS = /\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;

/** A whole number as people read it: 1891 is "1,891". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `[######--------] 42%`; of nothing, everything is done. */
export function bar(done: number, total: number): string {
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(share * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)}%`;
}

/** Draws progress over its own line on a terminal; elsewhere a plain line, and only when it says something new. */
export class ProgressLine {
  private last: string | null = null;

  constructor(private readonly io: CliIo) {}

  show(text: string): void {
    if (text === this.last) return;
    this.io.out(this.io.isTty && this.last !== null ? `${OVER}${text}` : text);
    this.last = text;
  }
}

/** Rows under a header, columns as wide as their widest cell; long cells are cut with an ellipsis. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [header, ...rows].map((row) => row.map(cellOf));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellOf(text: string): string {
  const plain = text.replace(CONTROLS, '\ufffd');
  return plain.length > CELL_WIDTH ? `${plain.slice(0, CELL_WIDTH - 1)}…` : plain;
}
