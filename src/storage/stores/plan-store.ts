import type { KeptPlan, KeptPlanContent, PlannedLanes, PlanStore } from '../../application/ports/plan-store.js';
import { joinInTurns } from '../../application/ports/turns.js';
import { BUNDLE_FIELD } from '../../domain/bundle/timeline.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import type { Commitments } from '../../domain/change/plan/commitments.js';
import { movedBy } from '../../domain/change/plan/moved-by.js';
import type { Json } from '../../domain/primitives/json.js';
import { canonicalPieces } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import { owedReach } from '../../domain/publishing/owed.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import { EVERY_BUNDLE_AROUND } from '../readers/bundle-sql.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { asIf, holdersOf } from './as-if.js';
import type { RecordRow } from './lane-records.js';
import { readLaneFacts } from './lane-records.js';
import { plannedLanes } from './planned-lanes.js';

/** Plans of one transaction, and what they are made of. */
export class SqlPlanStore implements PlanStore {
  constructor(private readonly sql: Sql) {}

  async lanes(set: ChangeSet): Promise<PlannedLanes> {
    const { composedIds } = owedReach(movedBy(set));
    const outer = await this.outerBundles(composedIds);
    const productIds = new Set([
      ...set.products.map(({ after }) => after.id),
      ...set.skus.map(({ after }) => after.productId),
      ...outer.map((row) => row.product_id),
    ]);
    const systems = await this.sql.rows<GovernedSystem>(
      'select code, kind, connector, mode, currency, link from system order by code',
    );
    const rows = await this.sql.rows<RecordRow>('select * from record where product_id = any($1) order by system, id', [
      [...productIds],
    ]);
    const ids = await this.namedComponents(set);
    const facts = await readLaneFacts(this.sql, rows, [...ids.values()]);
    const after = await asIf(facts, set, systems, ids);
    const bundleIds = [...new Set([...composedIds, ...outer.map((row) => row.id)])];
    return {
      lanes: await plannedLanes(systems, facts, after),
      composedIn: holdersOf(composedIds, bundleIds, [facts.bundles, after.bundles]),
    };
  }

  async latest(requestId: string): Promise<(KeptPlan & { commitments: Commitments }) | null> {
    return firstRow(
      this.sql,
      `select id, change_request_id as "requestId", hash, at, reason, commitments from request_plan
       where change_request_id = $1 order by at desc, id desc limit 1`,
      [requestId],
    );
  }

  async lastContent(requestId: string): Promise<(KeptPlanContent & { hash: string }) | null> {
    const row = await firstRow<{ hash: string; content: KeptPlanContent }>(
      this.sql,
      `select hash, content from request_plan where change_request_id = $1 order by at desc, id desc limit 1`,
      [requestId],
    );
    return row && { ...row.content, hash: row.hash };
  }

  async keep(plan: Omit<KeptPlan, 'at'> & { commitments: Commitments; content: KeptPlanContent }): Promise<void> {
    const { id, requestId, hash, reason, commitments, content } = plan;
    await this.sql.rows(
      `insert into request_plan (id, change_request_id, hash, commitments, content, reason) values ($1, $2, $3, $4, $5, $6)`,
      [
        id,
        requestId,
        hash,
        await joinInTurns(canonicalPieces(commitments)),
        // Of values that JSON keeps as they are: what a plan tells is told as JSON.
        await joinInTurns(canonicalPieces(content as unknown as Json)),
        reason === null ? null : JSON.stringify(reason),
      ],
    );
  }

  /** Bundles that hold a SKU whose composition changes, and so are shown otherwise. */
  private async outerBundles(composedIds: readonly string[]): Promise<{ id: string; product_id: string }[]> {
    if (composedIds.length === 0) return [];
    return this.sql.rows(
      `select id, product_id from sku where id in (select bundle_id from (${EVERY_BUNDLE_AROUND}) o) order by id`,
      [composedIds],
    );
  }

  /** Ids of the SKUs that new compositions name, by folded code; as far as they are in the master. */
  private async namedComponents({ skus }: ChangeSet): Promise<Map<string, string>> {
    const codes = skus.flatMap(({ bundle, changes }) =>
      changes.some(({ field }) => field === BUNDLE_FIELD)
        ? (bundle?.current ?? []).map(({ sku }) => foldCode(sku))
        : [],
    );
    if (codes.length === 0) return new Map();
    const rows = await this.sql.rows<{ id: string; code: string }>(
      'select id, code_folded as code from sku where code_folded = any($1)',
      [[...new Set(codes)]],
    );
    return new Map(rows.map(({ id, code }) => [code, id]));
  }
}
