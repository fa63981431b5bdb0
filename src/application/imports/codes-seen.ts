import type { GroupReading, ImportHeader, RowChange } from '../../domain/imports/import-format.js';
import { foldCode } from '../../domain/primitives/text.js';

/** Codes of a file, each with the line that has it first; the only thing that grows with the file. */
export class CodesSeen {
  private readonly lines = new Map<string, number>();

  /** Rejects SKUs whose code an earlier row of the file has; a row that is rejected anyway leaves its code to a later one. */
  withoutDoubles(reading: GroupReading, header: ImportHeader): GroupReading {
    const doubles = new Map<RowChange, number>();
    for (const row of reading.changes) {
      const { operation, target } = row.change;
      if (operation !== 'SKU_CREATE') continue;
      const code = foldCode(target);
      const earlier = this.lines.get(code);
      if (earlier === undefined) this.lines.set(code, row.line);
      else doubles.set(row, earlier);
    }
    if (doubles.size === 0) return reading;
    // What was noted of a row that is not taken after all is no longer of interest.
    const gone = new Set([...doubles.keys()].map(({ line }) => line));
    const faults = reading.faults.filter(({ line, subject }) => subject?.entity !== 'SKU' || !gone.has(line));
    for (const [row, earlier] of doubles) {
      const message = `the code is in line ${earlier} already; a code is never used twice`;
      faults.push({ ...header.placeOf(row, ['code']), code: 'CODE_TAKEN', message, rejected: true, subject: null });
    }
    return { ...reading, changes: reading.changes.filter((row) => !doubles.has(row)), faults };
  }
}
