import type { ImportError, ImportJob, ImportStore, ShownImport } from '../../application/ports/import-store.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { Actor } from '../../domain/actor.js';
import { readPage } from '../readers/keyset.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { CLAIM_SECONDS } from './import-steps.js';

/** Bound to the name that workers listen on. */
const QUEUE = 'import';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Values of a page of errors together, unless one alone is longer: a cell may hold 2 MiB. */
const PAGE_BYTES = 4 * 1024 * 1024;

interface ImportRow {
  id: string;
  format: string;
  mode: ImportJob['mode'];
  dry_run: boolean;
  state: ImportJob['state'];
  actor: Actor;
  /** bigint comes as text. */
  bytes: string;
  taken_line: number;
  rows_read: number;
  skus_created: number;
  rejected: number;
  quality_issues: number;
  error_count: number;
  error: string | null;
  change_request_id: string | null;
  ignored_columns: string[];
  request: ImportJob['request'];
  proposed: ImportJob['proposed'];
  proposing_done: number | null;
  proposing_total: number | null;
  created_at: Date;
  finished_at: Date | null;
}

interface ShownRow extends ImportRow {
  change_request: string | null;
}

/** Of `import_job j`; the number is looked up for the rows that are shown, not for those that are passed over. */
const SHOWN = `j.*, (select 'CR-' || r.number from change_request r where r.id = j.change_request_id) as change_request`;

/** Uploads and what became of them; every method is a transaction of its own. */
export class SqlImportStore implements ImportStore {
  constructor(
    private readonly sql: Sql,
    private readonly sendJob: (tx: Sql, queue: string, data: object) => Promise<void>,
    private readonly inTransaction: <T>(work: (tx: Sql) => Promise<T>) => Promise<T>,
  ) {}

  async begin({ id, format, mode, dryRun, actor, request }: Parameters<ImportStore['begin']>[0]): Promise<void> {
    await this.sql.rows(
      `insert into import_job (id, format, mode, dry_run, state, actor, request)
       values ($1, $2, $3, $4, 'RECEIVING', $5::jsonb, $6::jsonb)`,
      [id, format, mode, dryRun, JSON.stringify(actor), request && JSON.stringify(request)],
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

  async abandon(id: string, error: string): Promise<void> {
    await this.inTransaction(async (tx) => {
      const ended = await tx.rows(
        `update import_job set state = 'FAILED', error = $2, finished_at = clock_timestamp()
         where id = $1 and state = 'RECEIVING' returning id`,
        [id, error],
      );
      if (ended.length > 0) await tx.rows('delete from import_chunk where import_id = $1', [id]);
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

  async byId(id: string): Promise<ShownImport | null> {
    // The id comes out of a URL: what is no UUID names no import, and would be an error to PostgreSQL.
    if (!UUID.test(id)) return null;
    const row = await firstRow<ShownRow>(this.sql, `select ${SHOWN} from import_job j where j.id = $1`, [id]);
    return row && shownOf(row);
  }

  list(page: PageRequest, of: Actor | null): Promise<Page<ShownImport>> {
    return readPage<ShownRow, ShownImport>(
      this.sql,
      page,
      {
        from: 'import_job j',
        where: of ? `(j.actor->>'id' = $1 or j.actor->>'partyId' = $2)` : 'true',
        values: of ? [of.id, of.partyId] : [],
        columns: SHOWN,
        order: [
          { column: 'j.created_at', cast: 'timestamptz' },
          { column: 'j.id', cast: 'uuid' },
        ],
        descending: true,
      },
      shownOf,
    );
  }

  errors(id: string, after: number, limit: number): Promise<ImportError[]> {
    // The size of a value is known without reading it, so that what is left out is never fetched.
    return this.sql.rows<ImportError>(
      `select line, "column", code, message, value, rejected from (
         select *, sum(octet_length(value)) over (order by position) as size from (
           select * from import_error where import_id = $1 and position >= $2 order by position limit $3) p) q
       where position = $2 or coalesce(size, 0) <= $4 order by position`,
      [id, after, limit, PAGE_BYTES],
    );
  }
}

function shownOf(row: ShownRow): ShownImport {
  return { ...jobOf(row), changeRequest: row.change_request };
}

/** Once it has ended, what came of it says more. */
function proposingOf({ state, proposing_done: done, proposing_total: total }: ImportRow): ImportJob['proposing'] {
  return state !== 'RUNNING' || done === null || total === null ? null : { done, total };
}

function jobOf(row: ImportRow): ImportJob {
  return {
    id: row.id,
    format: row.format,
    mode: row.mode,
    dryRun: row.dry_run,
    state: row.state,
    actor: row.actor,
    bytes: Number(row.bytes),
    takenLine: row.taken_line,
    rowsRead: row.rows_read,
    skusCreated: row.skus_created,
    compositionsSet: row.mode === 'baseline' ? (row.proposed?.BUNDLE_SET ?? 0) : 0,
    rejected: row.rejected,
    qualityIssues: row.quality_issues,
    errorCount: row.error_count,
    error: row.error,
    changeRequestId: row.change_request_id,
    ignoredColumns: row.ignored_columns,
    request: row.request,
    proposed: row.mode === 'propose' ? row.proposed : null,
    proposing: proposingOf(row),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
