import type { OwnerKeys, OwnershipRule, RulesInForce } from '../../domain/ownership/resolve-owner.js';
import { rulesInForce } from '../../domain/ownership/resolve-owner.js';
import type { Sql } from '../sql.js';

/** The columns of an OwnershipRule, from rule r. */
export const RULE_COLUMNS = `r.id, r.scope, r.match_folded as match, r.match as written, r.owner_id as "ownerId",
  r.effective_from as "effectiveFrom", r.effective_to as "effectiveTo", r.created_at as "createdAt"`;

type RuleRow = OwnershipRule & { readAt: Date };

/** Whether a rule is in force at an instant: half-open, as `rulesInForce` has it. */
export function inForceSql(rule: string, at: string): string {
  return `${rule}.effective_from <= ${at} and (${rule}.effective_to is null or ${rule}.effective_to > ${at})`;
}

/**
 * Whether a rule r is in force and no later-created one of the same scope and match is. Asked as a value, which PostgreSQL
 * looks up in an index for each rule that it comes to; as `not exists` it would read all rules before the first.
 */
export function winsSql(at: string): string {
  return `r.id = (select l.id from ownership_rule l where l.scope = r.scope and l.match_key = r.match_key
      and ${inForceSql('l', at)} order by l.created_at desc, l.id desc limit 1)`;
}

/**
 * The rules in force that the keys name, in one statement that looks into one index. There may be a rule for every SKU of
 * a catalogue, so nobody reads them all to resolve a page.
 */
export async function readRulesInForce(sql: Sql, keys: OwnerKeys, at: Date | null): Promise<RulesInForce> {
  // Each scope by itself: of a join with all keys PostgreSQL would guess that reading the whole table is cheaper.
  const named = (scope: string, test: string): string =>
    `select * from ownership_rule where scope = '${scope}' and match_key ${test}`;
  const rows = await sql.rows<RuleRow>(
    `with clock as (select coalesce($5::timestamptz, statement_timestamp()) as at),
     r as (
       ${named('SKU', '= any($1::text[])')} union all ${named('PRODUCT', '= any($2::text[])')}
       union all ${named('PRODUCT_TYPE', '= any($3::text[])')} union all ${named('VENDOR', '= any($4::text[])')}
       union all ${named('DEFAULT', "= ''")})
     select ${RULE_COLUMNS}, c.at as "readAt" from r, clock c
     where ${inForceSql('r', 'c.at')} order by r.created_at, r.id`,
    [keys.codes, keys.handles, keys.productTypes, keys.vendors, at],
  );
  return rulesInForce(rows.map(ruleOfRow), rows[0]?.readAt ?? new Date(0));
}

/** A rule without what else its row bears. */
export function ruleOfRow(row: OwnershipRule): OwnershipRule {
  const { id, scope, match, written, ownerId, effectiveFrom, effectiveTo, createdAt } = row;
  return { id, scope, match, written, ownerId, effectiveFrom, effectiveTo, createdAt };
}

/** Ownership rules, ended ones too, oldest first: all, or the first so many. For whoever asks for just that. */
export function readOwnershipRules(sql: Sql, limit?: number): Promise<OwnershipRule[]> {
  return sql.rows<OwnershipRule>(`select ${RULE_COLUMNS} from ownership_rule r order by r.created_at, r.id limit $1`, [
    limit ?? null,
  ]);
}
