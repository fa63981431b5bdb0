import type {
  CollectedChange,
  FirstNamed,
  ImportProposals,
  Proposal,
} from '../../application/ports/import-proposals.js';
import { ImportLost } from '../../application/ports/import-store.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** What imports will propose, in the transaction of the batch that says so. */
export class SqlImportProposals implements ImportProposals {
  constructor(private readonly sql: Sql) {}

  namedBefore(importId: string, named: readonly FirstNamed[]): Promise<FirstNamed[]> {
    const keys = named.map(({ entity, key }) => ({ entity, key }));
    return this.sql.rows<FirstNamed>(
      `select n.entity, n.key, n.line, n.says from import_named n
         join jsonb_to_recordset($2::jsonb) as k(entity text, key text) on k.entity = n.entity and k.key = n.key
       where n.import_id = $1`,
      [importId, JSON.stringify(keys)],
    );
  }

  async name(importId: string, named: readonly FirstNamed[]): Promise<void> {
    const rows = named.map(({ entity, key, line, says }) => [importId, entity, key, line, says]);
    await this.sql.copy('import_named', ['import_id', 'entity', 'key', 'line', 'says'], rows);
  }

  async collect(importId: string, changes: readonly CollectedChange[]): Promise<void> {
    const before = await firstRow<{ n: number }>(
      this.sql,
      'select coalesce(max(position) + 1, 0) as n from import_change where import_id = $1',
      [importId],
    );
    await this.sql.rows(
      `insert into import_change (import_id, position, line, together, change)
       select $1, $2 + n.place - 1, n.line, n.together, n.change
       from rows from (jsonb_to_recordset($3::jsonb) as (line int, together int[], change jsonb)) with ordinality
         as n(line, together, change, place)`,
      [importId, before?.n ?? 0, JSON.stringify(changes)],
    );
  }

  async count(importId: string): Promise<number> {
    const text = 'select count(*)::int as n from import_change where import_id = $1';
    return (await firstRow<{ n: number }>(this.sql, text, [importId]))?.n ?? 0;
  }

  collected(importId: string, limit: number): Promise<CollectedChange[]> {
    return this.sql.rows<CollectedChange>(
      'select line, together, change from import_change where import_id = $1 order by position limit $2',
      [importId, limit],
    );
  }

  async settle(importId: string, runner: string, { requestId, counts, error }: Proposal): Promise<void> {
    const held = await this.sql.rows(
      `update import_job set change_request_id = $3, proposed = $4, error = $5
       where id = $1 and state = 'RUNNING' and runner = $2 and proposed is null returning id`,
      [importId, runner, requestId, JSON.stringify(counts), error],
    );
    if (held.length === 0) throw new ImportLost(importId);
  }
}
