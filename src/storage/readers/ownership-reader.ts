import type { OwnedSku, OwnershipReader, RuleQuery } from '../../application/ports/ownership-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { OwnershipCount } from '../../domain/ownership/coverage.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnerAnswer } from '../../domain/ownership/owner-question.js';
import type { OwnerKeys, OwnershipRule, OwnershipScope, RulesInForce } from '../../domain/ownership/resolve-owner.js';
import { ownerKeysOf, ruleOf } from '../../domain/ownership/resolve-owner.js';
import type { Sql } from '../sql.js';
import { inForceSql, readRulesInForce, RULE_COLUMNS, ruleOfRow } from '../stores/ownership-sql.js';
import { readPartiesAt } from '../stores/party-store.js';
import { faceOf } from './catalog/face.js';
import { ownerTests } from './catalog/owner-conditions.js';
import { conditionOf } from './catalog/tests.js';
import { Conditions, readPage } from './keyset.js';

/** Rows that are read at a time for a file. */
const ROWS = 1_000;

const LIVE = '(r.effective_to is null or r.effective_to > greatest(statement_timestamp(), r.effective_from))';
const NOW = 'statement_timestamp()';

/** In creation order, which is also that in which equal rules rank. */
const ORDER = [
  { column: 'r.created_at', cast: 'timestamptz' },
  { column: 'r.id', cast: 'uuid' },
];

/** Reads of ownership, over any number of rules and SKUs. */
export class SqlOwnershipReader implements OwnershipReader {
  constructor(private readonly sql: Sql) {}

  rulesInForce(keys: OwnerKeys, at: Date | null): Promise<RulesInForce> {
    return readRulesInForce(this.sql, keys, at);
  }

  partiesAt(at: Date): Promise<Party[]> {
    return readPartiesAt(this.sql, at);
  }

  rules(page: PageRequest, { scopes, match, ownerId, live }: RuleQuery): Promise<Page<OwnershipRule>> {
    const conditions = new Conditions()
      .add(scopes, (place) => `r.scope = any(${place}::text[])`)
      .add(match, (place) => `r.match_key = ${place}`)
      .add(ownerId, (place) => `r.owner_id = ${place}::uuid`);
    if (live !== null && live !== undefined) conditions.require(() => (live ? LIVE : `not ${LIVE}`));
    const { where, values } = conditions;
    const query = { from: 'ownership_rule r', where, values, columns: RULE_COLUMNS, order: ORDER };
    return readPage<OwnershipRule, OwnershipRule>(this.sql, page, query, ruleOfRow);
  }

  async rulesByIds(ids: readonly string[]): Promise<Map<string, OwnershipRule>> {
    const rows = await this.sql.rows<OwnershipRule>(
      `select ${RULE_COLUMNS} from ownership_rule r where r.id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  async *liveRules(): AsyncGenerator<OwnershipRule[]> {
    for (let after: OwnershipRule | null = null; ;) {
      const rows: OwnershipRule[] = await this.sql.rows(
        `select ${RULE_COLUMNS} from ownership_rule r
         where ${LIVE} and ($1::timestamptz is null or (r.created_at, r.id) > ($1, $2::uuid))
         order by r.created_at, r.id limit ${ROWS}`,
        [after?.createdAt ?? null, after?.id ?? null],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last;
      yield rows;
    }
  }

  /**
   * Each product is resolved once, by hashing the rules that win, and its SKUs only where they have a rule of their own:
   * the work grows with SKUs and rules together, not with one times the other. Each scope is a list of its own, of which
   * PostgreSQL knows how long it is; of a part of a list that it has made it would guess one row, and loop.
   */
  counts(states: readonly LifecycleState[]): Promise<OwnershipCount[]> {
    const winners = (scope: OwnershipScope): string => `(
      select distinct on (r.match_key) r.match_key, r.owner_id from ownership_rule r
      where r.scope = '${scope}' and ${inForceSql('r', NOW)} order by r.match_key, r.created_at desc, r.id desc)`;
    return this.sql.rows<OwnershipCount>(
      `with by_sku as materialized ${winners('SKU')}, by_handle as materialized ${winners('PRODUCT')},
       by_type as materialized ${winners('PRODUCT_TYPE')}, by_vendor as materialized ${winners('VENDOR')},
       by_default as materialized ${winners('DEFAULT')},
       product_owner as materialized (
         select p.id, case when h.owner_id is not null then 'PRODUCT' when t.owner_id is not null then 'PRODUCT_TYPE'
             when v.owner_id is not null then 'VENDOR' when d.owner_id is not null then 'DEFAULT' end as scope,
           coalesce(h.owner_id, t.owner_id, v.owner_id, d.owner_id) as owner_id
         from product p left join by_handle h on h.match_key = p.handle_folded
           left join by_type t on t.match_key = p.product_type_folded
           left join by_vendor v on v.match_key = p.vendor_folded left join by_default d on true)
       select s.state, case when w.owner_id is not null then 'SKU' else o.scope end as scope,
         coalesce(w.owner_id, o.owner_id) as "ownerId", count(*)::int as skus
       from sku s join product_owner o on o.id = s.product_id left join by_sku w on w.match_key = s.code_folded
       where s.state = any($1::text[]) group by 1, 2, 3`,
      [states],
    );
  }

  async *owned(answer: OwnerAnswer | null): AsyncGenerator<OwnedSku[]> {
    const tests = answer && (await ownerTests(this.sql, faceOf(null), answer, null));
    const conditions = new Conditions().require(() => `s.state <> 'RETIRED'`);
    if (tests) conditions.require(conditionOf(tests.sku));
    const { where, values } = conditions;
    for (let after: string | null = null; ;) {
      const rows: (Omit<OwnedSku, 'rule'> & { folded: string })[] = await this.sql.rows(
        `select s.code, s.code_folded as folded, s.title, s.state, p.handle, p.product_type as "productType", p.vendor
         from sku s join product p on p.id = s.product_id
         where ${where} and ($${values.length + 1}::text is null or s.code_folded > $${values.length + 1})
         order by s.code_folded limit ${ROWS}`,
        [...values, after],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last.folded;
      const inForce = await this.rulesInForce(ownerKeysOf(rows), null);
      yield rows.map(({ folded: _folded, ...row }) => ({ ...row, rule: ruleOf(inForce, row) }));
    }
  }
}
