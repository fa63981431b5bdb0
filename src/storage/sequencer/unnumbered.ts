import type { Client, QueryResult } from 'pg';

/** `xmin:xmax:xip,xip,…` as PostgreSQL writes a snapshot. */
const SNAPSHOT = /^(\d+):(\d+):([\d,]*)$/;

interface Look {
  /** FROM and JOIN are left out on purpose: one table, looked at alone. */
  table: 'feed_entry' | 'audit_event';
  /** The table that has a row for each one with a number, and its column. */
  numbered: 'feed_position' | 'audit_seal';
  column: 'entry_id' | 'event_id';
  /** How rows follow each other within a look. */
  order: string;
}

/**
 * Finds committed rows that bear no number yet, without touching them: they are append-only.
 *
 * A look remembers its snapshot. A row that the snapshot could not see, and that can be seen now, was appended by a
 * transaction that the snapshot lists as running, or by one that began later; so the next look takes, through an index,
 * the rows of just those transactions. A transaction that stays open for hours is one more number in that list: it
 * neither hides what others commit nor makes the looks longer.
 *
 * Correctness does not hang on transaction ids, which mean nothing after a dump was restored into another server: rows
 * with a number are left out whatever their id, and the first look of a connection, like any after `everywhere`, takes
 * all of the table.
 */
export class Unnumbered {
  #seen: string | null = null;
  #open = false;

  constructor(
    private readonly client: Client,
    private readonly look: Look,
  ) {}

  everywhere(): void {
    this.#seen = null;
  }

  /** Ids in order, at most `limit` at a time. Whoever takes one has numbered it before asking for the next. */
  async *batches(limit: number): AsyncGenerator<string[]> {
    const { ids, snapshot } = await this.#first(limit);
    for (let batch = ids; batch.length > 0; batch = await this.#next(limit)) {
      yield batch;
      if (batch.length < limit) break;
    }
    // Only now: a look that ended early must be repeated as a whole.
    this.#seen = snapshot;
  }

  /**
   * One round trip: what there is, the snapshot that it was seen in, and the first batch. What goes beyond that is kept by
   * the server after the commit (`with hold`), so that a backlog of millions is sorted once and read in bounded pieces.
   */
  async #first(limit: number): Promise<{ ids: string[]; snapshot: string }> {
    const cursor = `unnumbered_${this.look.table}`;
    const text = `begin isolation level repeatable read read only;
      ${this.#open ? `close ${cursor};` : ''}
      select pg_current_snapshot()::text as snapshot;
      declare ${cursor} no scroll cursor with hold for ${this.#query()};
      fetch ${limit} from ${cursor};
      commit`;
    this.#open = false;
    // Several statements in one text: an answer for each, which the types of `pg` do not know of.
    const answers: unknown = await this.client.query(text);
    this.#open = true;
    const [snapshot, ids] = (answers as QueryResult<{ snapshot: string } & { id: string }>[])
      .filter(({ command }) => command === 'SELECT' || command === 'FETCH')
      .map(({ rows }) => rows);
    const seen = snapshot?.[0]?.snapshot;
    if (seen === undefined || ids === undefined) throw new Error('PostgreSQL answered a look with something else');
    return { ids: ids.map(({ id }) => id), snapshot: seen };
  }

  async #next(limit: number): Promise<string[]> {
    const { rows } = await this.client.query<{ id: string }>(`fetch ${limit} from unnumbered_${this.look.table}`);
    return rows.map(({ id }) => id);
  }

  #query(): string {
    const { table, numbered, column, order } = this.look;
    return `select e.id from ${table} e
      where ${unseenBy(this.#seen)} and not exists (select from ${numbered} n where n.${column} = e.id)
      order by ${order}, e.id`;
  }
}

/** Rows of transactions that a snapshot could not see, and that the present one may. */
function unseenBy(snapshot: string | null): string {
  if (snapshot === null) return 'true';
  const [, , next, running] = SNAPSHOT.exec(snapshot) ?? [];
  if (next === undefined) throw new Error(`PostgreSQL calls a snapshot ${snapshot}`);
  // The upper end matters after a dump was restored: rows of another server may bear ids of a far future.
  return `(e.xid = any('{${running}}'::xid8[])
    or (e.xid >= '${next}'::xid8 and e.xid < pg_snapshot_xmax(pg_current_snapshot())))`;
}
