import type { AuditEntry } from '../../application/ports/unit-of-work.js';
import type { Sql } from '../sql.js';

/** Appends to the audit log, in the transaction of what it records; unnumbered, so that nobody queues for a number. */
export async function appendAudit(sql: Sql, entries: readonly AuditEntry[], newId: () => string): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map((entry) => ({ id: newId(), ...entry }));
  await sql.rows(
    `insert into audit_event (id, at, actor, type, subject, data)
     select id, clock_timestamp(), actor, type, subject, data
     from jsonb_to_recordset($1::jsonb) as t(id uuid, actor jsonb, type text, subject text, data jsonb)`,
    [JSON.stringify(rows)],
  );
}
