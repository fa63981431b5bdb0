import type { ImportError, ImportJob, ImportStore } from '../../application/ports/import-store.js';
import { ImportLost } from '../../application/ports/import-store.js';
import type { Actor } from '../../domain/actor.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** Bound to the name that workers listen on. */
const QUEUE = 'import';
/** A batch of a thousand SKUs takes seconds; a runner that is silent for so long is dead. */
const CLAIM_SECONDS = 120;
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

  async claim(id: string, runner: string): Promise<ImportJob | null> {
    const row = await firstRow<ImportRow>(
      this.sql,
      `update import_job set runner = $2, runner_until = clock_timestamp() + make_interval(secs => $3),
         touched_at = clock_timestamp()
       where id = $1 and state = 'RUNNING' and (runner is null or runner_until < clock_timestamp()) returning *`,
      [id, runner, CLAIM_SECONDS],
    );
    return row && jobOf(row);
  }

  async hold(id: string, runner: string): Promise<void> {
    const held = await this.sql.rows(
      `update import_job set runner_until = clock_timestamp() + make_interval(secs => $3), touched_at = clock_timestamp()
       where id = $1 and state = 'RUNNING' and runner = $2 returning id`,
      [id, runner, CLAIM_SECONDS],
    );
    if (held.length === 0) throw new ImportLost(id);
  }

  async progress(
    id: string,
    runner: string,
    counts: { rowsRead: number; skusCreated: number; rejected: number },
  ): Promise<void> {
    const held = await this.sql.rows(
      `update import_job set rows_read = $3, skus_created = $4, rejected = $5, touched_at = clock_timestamp(),
         runner_until = clock_timestamp() + make_interval(secs => $6)
       where id = $1 and state = 'RUNNING' and runner = $2 returning id`,
      [id, runner, counts.rowsRead, counts.skusCreated, counts.rejected, CLAIM_SECONDS],
    );
    if (held.length === 0) throw new ImportLost(id);
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
      // A message that quotes the start of a cell may cut a surrogate pair in two, which jsonb refuses.
      [id, firstPosition, JSON.stringify(errors.map((each) => ({ ...each, message: each.message.toWellFormed() })))],
    );
  }

  async finish(
    id: string,
    runner: string | null,
    state: 'SUCCEEDED' | 'FAILED',
    error: string | null,
  ): Promise<boolean> {
    return this.inTransaction(async (tx) => {
      const ended = await tx.rows(
        `update import_job set state = $3, error = $4, finished_at = clock_timestamp(), runner = null, runner_until = null
         where id = $1 and (case when $2::uuid is null then state = 'RECEIVING' else state = 'RUNNING' and runner = $2 end)
         returning id`,
        [id, runner, state, error],
      );
      if (ended.length > 0) await tx.rows('delete from import_chunk where import_id = $1', [id]);
      return ended.length > 0;
    });
  }

  async unfinished(idleSeconds: number): Promise<ImportJob[]> {
    // Touched in the same statement, so that two processes that look at once do not both take it up.
    const rows = await this.sql.rows<ImportRow>(
      `update import_job set touched_at = clock_timestamp(), runner = null, runner_until = null
       where state in ('RECEIVING', 'RUNNING') and touched_at <= clock_timestamp() - make_interval(secs => $1)
         and ($1 = 0 or runner_until is null or runner_until < clock_timestamp()) returning *`,
      [idleSeconds],
    );
    return rows.map(jobOf).sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
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
