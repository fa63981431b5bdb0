import type { DeliverySettlement } from '../application/ports/publishing-queue.js';
import type { PublishingEvent } from '../application/ports/publishing-event.js';
import { systemActor } from '../domain/actor.js';
import { DEAD_LETTER_DUE_HOURS } from '../domain/publishing/retry.js';
import type { ErrorClass } from '../domain/publishing/system.js';
import { movableTo } from './delivery-moves.js';
import { NEWER_WAITS } from './lane-sql.js';
import type { Sql } from './sql.js';

const PUBLISHER = systemActor('publisher');

interface DeadRow {
  id: string;
  target: string;
  cause: string;
  class: ErrorClass;
  code: string | null;
}

/**
 * Writes down what became of claimed deliveries, and answers what there is to tell of dead letters.
 * @param brought records that are as they should be without a delivery of their own.
 */
export async function settleDeliveries(
  sql: Sql,
  system: string,
  deliveries: readonly DeliverySettlement[],
  brought: readonly string[],
): Promise<PublishingEvent[]> {
  const rows = deliveries.map(({ deliveryId, revision, outcome }) => ({
    id: deliveryId,
    revision,
    kind: outcome.kind,
    delay: outcome.kind === 'RETRY' ? outcome.delaySeconds : null,
    fault: outcome.kind === 'DELIVERED' ? null : outcome.fault,
    cause: outcome.kind === 'DEAD' ? outcome.cause.fingerprint : null,
    shape: outcome.kind === 'DEAD' ? outcome.cause.shape : null,
    finding: outcome.kind === 'DEAD' ? outcome.findingIdentity : null,
  }));
  const settled = await sql.rows<DeadRow & { state: string }>(SETTLE, [
    JSON.stringify(rows),
    system,
    deliveries.map(({ deliveryId }) => deliveryId),
  ]);
  const idsIn = (state: string): string[] => settled.flatMap((each) => (each.state === state ? [each.id] : []));
  const [delivered, dead] = [idsIn('DELIVERED'), settled.filter(({ state }) => state === 'DEAD_LETTERED')];
  const events: PublishingEvent[] = [];
  if (delivered.length + brought.length > 0) events.push(...(await resolveOlder(sql, system, delivered, brought)));
  if (dead.length > 0) {
    await standFor(
      sql,
      dead.map(({ id }) => id),
    );
    const told = dead.map(({ id, target, cause, class: of, code }) => ({ id, target, cause, class: of, code }));
    events.push({ type: 'DEAD_LETTERS_BORN', system, by: PUBLISHER, facts: { deliveries: told } });
  }
  return events;
}

/**
 * Only what is IN_FLIGHT can be settled. A delivery that failed while a newer one waits has nothing left to do: the newer
 * reads the same state, and fails by itself if it must. A new dead letter is whoever's the last of its cause was, unless they have left.
 * Their ids stand there once more ($3), and the state is asked in a way that no index answers: that of the states is full of what
 * was IN_FLIGHT a moment ago.
 */
const SETTLE = `
  update delivery d set
    revision = greatest(d.revision, n.revision),
    state = case when n.kind = 'DELIVERED' then 'DELIVERED' when ${NEWER_WAITS} then 'SUPERSEDED'
      when n.kind = 'DEAD' then 'DEAD_LETTERED' else 'RETRYING' end,
    next_attempt_at = case when n.kind = 'RETRY' and not ${NEWER_WAITS} then clock_timestamp() + make_interval(secs => n.delay) end,
    conflicts = d.conflicts + case n.fault->>'class' when 'CONFLICT' then 1 else 0 end,
    not_founds = d.not_founds + case n.fault->>'class' when 'NOT_FOUND' then 1 else 0 end,
    unknowns = d.unknowns + case n.fault->>'class' when 'UNKNOWN' then 1 else 0 end,
    rate_since = case when n.kind = 'RETRY' and n.fault->>'class' = 'RATE_LIMITED' then clock_timestamp() end,
    last_error = coalesce(n.fault || jsonb_build_object('at', clock_timestamp()), d.last_error),
    died_at = case when n.kind = 'DEAD' and not ${NEWER_WAITS} then clock_timestamp() end,
    due_at = case when n.kind = 'DEAD' and not ${NEWER_WAITS} then clock_timestamp() + interval '${DEAD_LETTER_DUE_HOURS} hours' end,
    cause = n.cause, cause_shape = n.shape,
    finding_id = (select f.id from finding f where f.system = $2 and f.identity = n.finding),
    assignee_id = case when n.kind = 'DEAD' then coalesce(d.assignee_id, (
      select p.id from (select o.assignee_id from delivery o where o.system = $2 and o.cause = n.cause and o.state = 'DEAD_LETTERED'
        order by o.died_at desc limit 1) o join party p on p.id = o.assignee_id and p.active)) else d.assignee_id end,
    delivered_at = case when n.kind = 'DELIVERED' then clock_timestamp() end
  from jsonb_to_recordset($1::jsonb) as n(id uuid, revision int, kind text, delay float8, fault jsonb, cause text, shape text, finding text)
  where d.id = n.id and d.id = any($3) and (d.state in ${movableTo('DELIVERED')}) is true
  returning d.id, d.target, d.state, d.cause, d.last_error->>'class' as class, d.last_error->>'code' as code`;

/** What arrived resolves the dead letters before it; so does a record that was brought along with others. */
async function resolveOlder(
  sql: Sql,
  system: string,
  delivered: readonly string[],
  brought: readonly string[],
): Promise<PublishingEvent[]> {
  const resolved = await sql.rows<{ id: string; target: string }>(
    `with n as (
       select id, system, entity, product_id, sku_id from delivery where id = any($1)
       union all select null, system, entity, product_id, sku_id from record where id = any($2))
     update delivery d set state = 'SUPERSEDED', due_at = null, resolved_at = clock_timestamp() from n
     where d.id is distinct from n.id and d.state = 'DEAD_LETTERED' and ${SAME} returning d.id, d.target`,
    [delivered, brought],
  );
  if (resolved.length === 0) return [];
  return [{ type: 'DEAD_LETTERS_RESOLVED', system, by: PUBLISHER, facts: { deliveries: resolved } }];
}

/**
 * A record has one dead letter, the newest. It takes over when the older had to be resolved, and whose it was: a new attempt
 * that fails gives nobody a new day.
 */
async function standFor(sql: Sql, dead: readonly string[]): Promise<void> {
  const older = await sql.rows<{ id: string; due_at: Date | null; assignee_id: string | null }>(
    `update delivery d set state = 'SUPERSEDED', resolved_at = clock_timestamp() from delivery n
     where n.id = any($1) and d.id <> n.id and not d.id = any($1) and d.state = 'DEAD_LETTERED' and ${SAME}
     returning n.id, d.due_at, d.assignee_id`,
    [dead],
  );
  if (older.length === 0) return;
  await sql.rows(
    `update delivery d set due_at = least(d.due_at, n.due_at), assignee_id = coalesce(d.assignee_id, n.assignee_id)
     from jsonb_to_recordset($1::jsonb) as n(id uuid, due_at timestamptz, assignee_id uuid) where d.id = n.id`,
    [JSON.stringify(older)],
  );
}

const SAME = `d.system = n.system and d.entity = n.entity and d.product_id = n.product_id
  and d.sku_id is not distinct from n.sku_id`;
