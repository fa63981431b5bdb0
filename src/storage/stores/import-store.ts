import type { ImportError, ImportJob, ImportStore } from '../../application/ports/import-store.js';
import type { Actor } from '../../domain/actor.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** Bound to the name that workers listen on. */
const QUEUE = 'import';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface ImportRow {
  id: string;
  format: string;
  mode: ImportJob['mode'];
  state: ImportJob['state'];
  actor: Actor;
  /** bigint comes as text. */
  bytes: string;
  rows_read: number;
  skus_created: number;
  rejected: number;
  error: string | null;
  change_request_id: string | null;
  created_at: Date;
  finished_at: Date | null;
}

/** Uploads and their progress; every method is a transaction of its own, so that others see how far an import is. */
export class SqlImportStore implements ImportStore {
  constructor(
    private readonly sql: Sql,
    private readonly sendJob: (tx: Sql, queue: string, data: object) => Promise<void>,
    private readonly inTransaction: <T>(work: (tx: Sql) => Promise<T>) => Promise<T>,
  ) {}

  async begin(job: { id: string; format: string; mode: ImportJob['mode']; actor: Actor }): Promise<void> {
    await this.sql.rows(
      `insert into import_job (id, format, mode, state, actor) values ($1, $2, $3, 'RECEIVING', $4::jsonb)`,
      [job.id, job.format, job.mode, JSON.stringify(job.actor)],
    );
  }

  async addChunk(id: string, position: number, bytes: Buffer): Promise<void> {
    await this.sql.rows(
      `with moved as (update import_job set touched_at = clock_timestamp() where id = $1)
       insert into import_chunk (import_id, position, bytes) values ($1, $2, $3)`,
      [id, position, bytes],
    );
  }

  async received(id: string, bytes: number): Promise<void> {
    await this.inTransaction(async (tx) => {
      const moved = await tx.rows<{ id: string }>(
        `update import_job set state = 'RUNNING', bytes = $2, touched_at = clock_timestamp()
         where id = $1 and state = 'RECEIVING' returning id`,
        [id, bytes],
      );
      if (moved.length === 0) throw new Error(`import ${id} is not being received`);
      await this.sendJob(tx, QUEUE, { importId: id });
    });
  }

  /** One chunk a statement: a cursor would hold a transaction open for as long as the import runs. */
  async *chunks(id: string): AsyncGenerator<Buffer> {
    for (let after = -1; ;) {
      const row = await firstRow<{ position: number; bytes: Buffer }>(
        this.sql,
        `select position, bytes from import_chunk where import_id = $1 and position > $2 order by position limit 1`,
        [id, after],
      );
      if (!row) return;
      yield row.bytes;
      after = row.position;
    }
  }

  async progress(id: string, counts: { rowsRead: number; skusCreated: number; rejected: number }): Promise<void> {
    await this.sql.rows(
      `update import_job set rows_read = $2, skus_created = $3, rejected = $4, touched_at = clock_timestamp()
       where id = $1 and state = 'RUNNING'`,
      [id, counts.rowsRead, counts.skusCreated, counts.rejected],
    );
  }

  /** An import that is taken again finds the same errors at the same places. */
  async addErrors(id: string, firstPosition: number, errors: readonly ImportError[]): Promise<void> {
    await this.sql.rows(
      `insert into import_error (import_id, position, line, "column", code, message, value, rejected)
       select $1, $2 + n.place - 1, line, "column", code, message, value, rejected
       from rows from (jsonb_to_recordset($3::jsonb)
         as (line int, "column" text, code text, message text, value text, rejected boolean)) with ordinality
         as n(line, "column", code, message, value, rejected, place)
       on conflict (import_id, position) do update set line = excluded.line, "column" = excluded."column",
         code = excluded.code, message = excluded.message, value = excluded.value, rejected = excluded.rejected`,
      [id, firstPosition, JSON.stringify(errors)],
    );
  }

  async finish(id: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    await this.inTransaction(async (tx) => {
      await tx.rows(
        `update import_job set state = $2, error = $3, finished_at = clock_timestamp()
         where id = $1 and state in ('RECEIVING', 'RUNNING')`,
        [id, state, error],
      );
      await tx.rows('delete from import_chunk where import_id = $1', [id]);
    });
  }

  async unfinished(idleSeconds: number): Promise<ImportJob[]> {
    // Touched in the same statement, so that two processes that look at once do not both take it up.
    const rows = await this.sql.rows<ImportRow>(
      `update import_job set touched_at = clock_timestamp() where state in ('RECEIVING', 'RUNNING')
         and touched_at <= clock_timestamp() - make_interval(secs => $1) returning *`,
      [idleSeconds],
    );
    return rows.map(jobOf);
  }

  async sendAgain(id: string): Promise<void> {
    await this.inTransaction((tx) => this.sendJob(tx, QUEUE, { importId: id }));
  }

  async byId(id: string): Promise<ImportJob | null> {
    // The id comes out of a URL: what is no UUID names no import, and would be an error to PostgreSQL.
    if (!UUID.test(id)) return null;
    const row = await firstRow<ImportRow>(this.sql, 'select * from import_job where id = $1', [id]);
    return row && jobOf(row);
  }

  errors(id: string, limit: number): Promise<ImportError[]> {
    return this.sql.rows<ImportError>(
      `select line, "column", code, message, value, rejected from import_error
       where import_id = $1 order by position limit $2`,
      [id, limit],
    );
  }
}

function jobOf(row: ImportRow): ImportJob {
  return {
    id: row.id,
    format: row.format,
    mode: row.mode,
    state: row.state,
    actor: row.actor,
    bytes: Number(row.bytes),
    rowsRead: row.rows_read,
    skusCreated: row.skus_created,
    rejected: row.rejected,
    error: row.error,
    changeRequestId: row.change_request_id,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
