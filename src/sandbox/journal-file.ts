import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Append-only JSONL: one line is one commit. A line is handed to the operating system before `append` returns, so a
 * `kill -9` of the process loses nothing that was acknowledged (a power cut may: it is a toy, nothing is fsynced).
 */
export class JournalFile<Entry> {
  private readonly path: string | null;
  private descriptor: number | null = null;

  /** @param dataDir `null` keeps nothing: `append` does nothing and replay finds nothing. */
  constructor(dataDir: string | null, name: string) {
    if (dataDir !== null) mkdirSync(dataDir, { recursive: true });
    this.path = dataDir === null ? null : join(dataDir, name);
  }

  /** Replays what is there. Half a last line, left by a kill in the middle of a write, was never acknowledged: ignored. */
  replay(take: (entry: Entry) => void): number {
    if (this.path === null || !existsSync(this.path)) return 0;
    const text = readFileSync(this.path, 'utf8');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    let count = 0;
    for (const line of complete.split('\n')) {
      if (line === '') continue;
      // The same class wrote it: what it reads is what it appended.
      const entry: Entry = JSON.parse(line);
      take(entry);
      count += 1;
    }
    return count;
  }

  /** Replaces the file by these entries in one rename, and keeps it open for appending. */
  compact(entries: Iterable<Entry>): void {
    if (this.path === null) return;
    this.close();
    const draft = `${this.path}.new`;
    const target = openSync(draft, 'w', 0o600);
    try {
      for (const entry of entries) writeWhole(target, `${JSON.stringify(entry)}\n`);
    } finally {
      closeSync(target);
    }
    renameSync(draft, this.path);
    this.descriptor = openSync(this.path, 'a', 0o600);
  }

  append(entry: Entry): void {
    if (this.path === null) return;
    if (this.descriptor === null) throw new Error(`journal ${this.path} is closed`);
    writeWhole(this.descriptor, `${JSON.stringify(entry)}\n`);
  }

  /** Forgets everything that was written. */
  clear(): void {
    if (this.descriptor !== null) ftruncateSync(this.descriptor);
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }
}

/** `writeSync` may write less than it was given. */
function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
}
