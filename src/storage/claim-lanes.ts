import type { Claim } from '../application/ports/publishing-queue.js';
import { admission } from '../domain/publishing/gate.js';
import type { GateTools } from './gate-sql.js';
import { DUE_LANE, readGate, takeProbe } from './gate-sql.js';
import { closeLanes, heldRecords, LEASE_SECONDS, settlingUntil, takeDeliveries } from './lane-sql.js';
import type { Sql } from './sql.js';
import type { RecordRow } from './stores/lane-records.js';
import { loadRecords } from './stores/lane-records.js';

/** Another process took the one probe that was due: what was claimed for it is rolled back. */
export class ProbeTaken extends Error {}

/**
 * The most overdue lanes of a system that nobody holds, in a dozen statements for however many; `EMPTY` where those that
 * were due had nothing to do, and there may be more. While a system is being tried again there is one claim at a time.
 * @throws ProbeTaken
 */
export async function claimLanes(tools: GateTools, code: string, atMost: number): Promise<Claim[] | 'EMPTY'> {
  const { sql } = tools;
  const gated = await readGate(sql, code);
  if (gated?.system.link !== 'LINKED' || gated.system.mode !== 'WRITE') return [];
  const admitted = admission(gated.gate, gated.now);
  if (admitted === 'SHUT') return [];
  const leaseToken = tools.newId();
  const productIds = await leaseLanes(sql, code, leaseToken, admitted === 'PROBE' ? 1 : atMost);
  if (productIds.length === 0) return [];
  const waits = await settlingUntil(sql, code, productIds);
  const free = productIds.filter((id) => !waits.has(id));
  const deliveries = await takeDeliveries(sql, code, free);
  const idle = productIds.filter((id) => !deliveries.has(id));
  await closeLanes(
    sql,
    code,
    idle.map((productId) => {
      const notBefore = waits.get(productId) ?? null;
      return { productId, notBefore, isPassedBy: notBefore === null, leaseToken };
    }),
  );
  const taken = productIds.filter((id) => deliveries.has(id));
  if (taken.length === 0) return 'EMPTY';
  // After the lane, as everybody takes the two; and only once there is something to try.
  if (admitted === 'PROBE' && !(await takeProbe(tools, gated))) throw new ProbeTaken();
  const rows = await sql.rows<RecordRow>(
    `select r.*, ${SPELLINGS} as spellings from record r where r.system = $1 and r.product_id = any($2) order by r.id`,
    [code, taken],
  );
  const { records, products, states } = await loadRecords(sql, code, rows);
  const held = await heldRecords(sql, code, taken);
  const byProduct = Map.groupBy(records, ({ productId }) => productId);
  return taken.map((id): Claim => {
    const product = products.get(id);
    if (!product) throw new Error(`lane of an unknown product: ${code}`);
    const own = byProduct.get(id) ?? [];
    return {
      system: gated.system,
      leaseToken,
      claimedAt: gated.now,
      product,
      states: states.get(id) ?? [],
      records: own,
      heldRecordIds: new Set(own.flatMap((record) => (held.has(record.id) ? [record.id] : []))),
      deliveries: deliveries.get(id) ?? [],
    };
  });
}

/** How scans saw strangers spell the code of a record `r` that is to be made: a system may tell codes apart that are one to us. */
const SPELLINGS = `case when r.match = 'TO_CREATE' and r.external_id is null then (
  select array_agg(u.code order by u.external_id) from ungoverned_record u join sku s on s.id = r.sku_id
  where u.system = r.system and u.entity = r.entity and u.code_folded = s.code_folded) end`;

/** The most overdue first. */
async function leaseLanes(sql: Sql, code: string, leaseToken: string, atMost: number): Promise<string[]> {
  const rows = await sql.rows<{ product_id: string }>(
    `with due as materialized (
       select l.system, l.product_id, l.due_at from lane l
       where l.system = $1 and ${DUE_LANE}
       order by l.due_at limit $3 for update of l skip locked)
     update lane l set lease_token = $2, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
     from due where l.system = due.system and l.product_id = due.product_id
     returning l.product_id, due.due_at`,
    [code, leaseToken, atMost],
  );
  return rows.map((row) => row.product_id);
}
