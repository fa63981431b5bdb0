import type { DeadLetterGroup, DeliveryQuery } from '../../application/ports/operations-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { Sql } from '../sql.js';
import { deliveryWhere } from './delivery-where.js';
import { readPage } from './keyset.js';

const COLUMNS = `g.key, g.system, g."errorClass", g.code, g.shape, g.message, g.count, g.overdue, g.unassigned, g."oldestAt",
  g."newestAt", g."dueAt", g."assigneeIds"`;

/**
 * Dead letters by system and cause, the one that has lain longest first. There are as many groups as there are things wrong,
 * which are few; what is grouped is read by the index on causes.
 */
export function readDeadLetterGroups(
  sql: Sql,
  page: PageRequest,
  query: DeliveryQuery,
): Promise<Page<DeadLetterGroup>> {
  const { text, values } = deliveryWhere(query, 1);
  const from = `(select d.system || ':' || coalesce(d.cause, '') as key, d.system,
      (array_agg(d.last_error->>'class' order by d.died_at desc))[1] as "errorClass",
      (array_agg(d.last_error->>'code' order by d.died_at desc))[1] as code,
      coalesce((array_agg(d.cause_shape order by d.died_at desc))[1], '') as shape,
      coalesce((array_agg(d.last_error->>'message' order by d.died_at desc))[1], '') as message,
      count(*)::int as count, count(*) filter (where d.due_at < now())::int as overdue,
      count(*) filter (where not exists (select from party p where p.id = d.assignee_id and p.active))::int as unassigned,
      min(d.died_at) as "oldestAt", max(d.died_at) as "newestAt", min(d.due_at) as "dueAt",
      coalesce(array_agg(distinct d.assignee_id) filter (where d.assignee_id is not null), '{}') as "assigneeIds"
    from delivery d where d.state = 'DEAD_LETTERED' and d.died_at is not null and ${text} group by d.system, coalesce(d.cause, '')) g`;
  const order = [
    { column: 'g."oldestAt"', cast: 'timestamptz' },
    { column: 'g.key', cast: 'text' },
  ];
  return readPage<DeadLetterGroup, DeadLetterGroup>(
    sql,
    page,
    { from, where: 'true', values, columns: COLUMNS, order },
    groupOf,
  );
}

/** Only the view's own fields: the page's sort key stays behind. */
function groupOf(row: DeadLetterGroup): DeadLetterGroup {
  const { key, system, errorClass, code, shape, message, count, overdue, unassigned, oldestAt, newestAt, dueAt } = row;
  const { assigneeIds } = row;
  const dates = { oldestAt, newestAt, dueAt };
  return { key, system, errorClass, code, shape, message, count, overdue, unassigned, ...dates, assigneeIds };
}
