/** Older entries are dropped; tests read long before this many requests. */
const KEPT_ENTRIES = 50_000;

export interface JournalCommit {
  /** What was done to it: `created`, `updated`, `deleted`. */
  act: string;
  id: string;
}

/** Ground truth of what reached a stand-in and what it committed: what assertions are made on. */
export interface JournalEntry {
  n: number;
  at: string;
  /** `request` for the API, `control` for the control side, `job` for what a mutation only began. */
  source: 'request' | 'control' | 'job';
  /** GraphQL operation name, or method and path. */
  operation: string;
  kind: 'query' | 'mutation';
  /** Who: the API client, or the `as` of a control edit. */
  by: string;
  status: number | 'hang' | 'reset';
  fault: string | null;
  commits: JournalCommit[];
}

/** Kept in memory: it tells of this process, unlike the journal file, which is the state. */
export class RequestJournal {
  private entries: JournalEntry[] = [];
  private last = 0;

  add(entry: Omit<JournalEntry, 'n' | 'at'>): void {
    this.last += 1;
    this.entries.push({ n: this.last, at: new Date().toISOString(), ...entry });
    if (this.entries.length > KEPT_ENTRIES) this.entries.splice(0, this.entries.length - KEPT_ENTRIES / 2);
  }

  /** Entries with a number above `after`, oldest first. */
  after(after: number): { entries: JournalEntry[]; last: number } {
    return { entries: this.entries.filter((entry) => entry.n > after), last: this.last };
  }

  clear(): void {
    this.entries = [];
  }
}
