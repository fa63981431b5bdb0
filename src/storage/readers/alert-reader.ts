import type { AlertQuery, AlertReader, AlertView } from '../../application/ports/alert-store.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { AlertState } from '../../domain/alerts/alert.js';
import type { Sql } from '../sql.js';
import type { AlertRow } from './alert-where.js';
import { ALERT_COLUMNS, alertConditions } from './alert-where.js';
import { readPage } from './keyset.js';
import { unknownNames } from './unknown-names.js';

/** Reads of the outbox. */
export class SqlAlertReader implements AlertReader {
  constructor(private readonly sql: Sql) {}

  alerts(page: PageRequest, query: AlertQuery): Promise<Page<AlertView>> {
    const { where, values } = alertConditions(query);
    const order = [
      { column: 'a.raised_at', cast: 'timestamptz' },
      { column: 'a.id', cast: 'uuid' },
    ];
    const keyset = { from: 'alert a', where, values, columns: ALERT_COLUMNS, order, descending: true };
    return readPage<AlertRow, AlertView>(this.sql, page, keyset, (row) => row);
  }

  alertsByIds(ids: readonly string[]): Promise<AlertView[]> {
    return this.sql.rows<AlertRow>(
      `select ${ALERT_COLUMNS} from alert a where a.id = any($1::uuid[]) order by a.raised_at, a.id`,
      [ids],
    );
  }

  unknownNames({ system, owner }: AlertQuery): Promise<string[]> {
    return unknownNames(this.sql, { system, owner });
  }

  unsent(): Promise<{ state: AlertState; count: number; since: Date }[]> {
    return this.sql.rows(
      `select state, count(*)::int as count, min(raised_at) as since from alert where state <> 'SENT' group by state order by state`,
    );
  }
}
