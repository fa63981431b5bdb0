import type { Sql } from '../sql.js';
import { APPEND_ONLY } from './grants.js';

/**
 * Tables that must stay append-only even if somebody has taken the word out of their comments (design section 5:
 * revisions, audit and feed).
 */
const ALWAYS = [
  'audit_event',
  'audit_seal',
  'feed_entry',
  'feed_epoch',
  'feed_position',
  'product_revision',
  'sku_revision',
];

interface RoleRow {
  role: string;
  is_superuser: boolean;
  owned: string[];
  changeable: string[];
}

/**
 * What the connected role could do to rewrite history, one sentence each; empty for a role that cannot. Asked of the
 * database as it is: rights also come from PUBLIC and by membership in other roles, those included that one must be set to
 * first, and no configuration shows them.
 */
export async function faultsOfRole(sql: Sql): Promise<string[]> {
  const [row] = await sql.rows<RoleRow>(
    `with tables as (
       select c.oid, c.relname::text as name, c.relowner,
         c.relname = any($1) or coalesce(obj_description(c.oid, 'pg_class') ~ $2, false) as append_only
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p')
     )
, roles as (select oid, rolsuper from pg_roles where pg_has_role(oid, 'MEMBER'))
     select current_user::text as role,
       (select bool_or(rolsuper) from roles) as is_superuser,
       array(select name from tables where pg_has_role(relowner, 'MEMBER') order by name) as owned,
       array(select t.name from tables t where t.append_only and exists (select from roles r
           where has_table_privilege(r.oid, t.oid, 'DELETE, TRUNCATE') or has_any_column_privilege(r.oid, t.oid, 'UPDATE'))
         order by t.name) as changeable`,
    [ALWAYS, `\\m${APPEND_ONLY}\\M`],
  );
  if (!row) throw new Error('a statement without FROM answered no row');
  const { role, is_superuser: isSuperuser, owned, changeable } = row;
  // A superuser passes for a member of every role and has every right: the other sentences would say nothing more.
  if (isSuperuser) return [`the role ${role} of DATABASE_URL is a superuser, or a member of one`];
  const faults: string[] = [];
  if (owned.length > 0)
    faults.push(`the role ${role} of DATABASE_URL owns ${listed(owned)}, or is a member of the owner`);
  if (changeable.length > 0 && owned.length === 0) {
    faults.push(`the role ${role} of DATABASE_URL may change or delete rows of ${listed(changeable)}`);
  }
  return faults;
}

const NAMED = 3;

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more tables` : ''}`;
}
