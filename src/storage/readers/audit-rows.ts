/**
 * An audit event `e` as what its hash covers (AuditRecord without its sequence). The instant is text made by PostgreSQL,
 * to the microsecond, so that no reader's time zone or rounding has a part in it.
 */
export const AUDIT_COLUMNS = `e.id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  e.actor, e.type, e.subject, e.data`;
