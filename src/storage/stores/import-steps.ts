import type { ImportStep, ImportSteps } from '../../application/ports/import-store.js';
import { ImportLost } from '../../application/ports/import-store.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** A batch takes a second; a runner that is silent for so long is dead. */
export const CLAIM_SECONDS = 120;
const ERROR_COLUMNS = ['import_id', 'position', 'line', '"column"', 'code', 'message', 'value', 'rejected'];

/**
 * Errors in the order of the file, numbered anew. What only the end of a file shows is found after what its batches did;
 * most imports have nothing of the kind, and are left as they are.
 */
const IN_ORDER = `with back as (
    select 1 from (select line < lag(line) over (order by position) as is_back from import_error where import_id = $1) e
    where is_back limit 1),
  gone as (delete from import_error where import_id = $1 and exists (select 1 from back)
    returning position, line, "column", code, message, value, rejected)
  insert into import_error (import_id, position, line, "column", code, message, value, rejected)
  select $1, row_number() over (order by line, position) - 1, line, "column", code, message, value, rejected from gone`;

/** How far imports are, in the transaction of what they did. */
export class SqlImportSteps implements ImportSteps {
  constructor(private readonly sql: Sql) {}

  async proposing(id: string, runner: string, { done, total }: { done: number; total: number }): Promise<void> {
    await this.sql.rows(
      `update import_job set proposing_done = $3, proposing_total = $4, touched_at = clock_timestamp(),
         runner_until = clock_timestamp() + make_interval(secs => $5) where id = $1 and state = 'RUNNING' and runner = $2`,
      [id, runner, done, total, CLAIM_SECONDS],
    );
  }

  async advance(id: string, runner: string, step: ImportStep): Promise<void> {
    const { line, rowsRead, skusCreated, compositionsSet, rejected, qualityIssues, faults, ignored } = step;
    const held = await firstRow<{ before: number }>(
      this.sql,
      `update import_job set taken_line = $3, rows_read = rows_read + $4, skus_created = skus_created + $5,
         rejected = rejected + $6, error_count = error_count + $7, touched_at = clock_timestamp(),
         runner_until = clock_timestamp() + make_interval(secs => $8), ignored_columns = $9,
         quality_issues = quality_issues + $10, proposed = case when $11 = 0 then proposed else
           jsonb_build_object('BUNDLE_SET', coalesce((proposed->>'BUNDLE_SET')::int, 0) + $11) end
       where id = $1 and state = 'RUNNING' and runner = $2 returning error_count - $7 as before`,
      [
        id,
        runner,
        line,
        rowsRead,
        skusCreated,
        rejected,
        faults.length,
        CLAIM_SECONDS,
        ignored,
        qualityIssues,
        compositionsSet,
      ],
    );
    if (!held) throw new ImportLost(id);
    const rows = faults.map((fault, index) => [
      id,
      held.before + index,
      fault.line,
      fault.column,
      fault.code,
      // A message that quotes the start of a cell may cut a surrogate pair in two, which cannot be stored.
      fault.message.toWellFormed(),
      fault.value,
      fault.rejected,
    ]);
    await this.sql.copy('import_error', ERROR_COLUMNS, rows);
  }

  async finish(id: string, runner: string, state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const ended = await this.sql.rows(
      `update import_job set state = $3, error = $4, finished_at = clock_timestamp(), runner = null, runner_until = null
       where id = $1 and state = 'RUNNING' and runner = $2 returning id`,
      [id, runner, state, error],
    );
    if (ended.length === 0) throw new ImportLost(id);
    await this.sql.rows(IN_ORDER, [id]);
    for (const table of ['import_chunk', 'import_named', 'import_change', 'import_rehearsal']) {
      await this.sql.rows(`delete from ${table} where import_id = $1`, [id]);
    }
  }
}
