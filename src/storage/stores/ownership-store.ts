import type {
  NewRule,
  OwnedSkus,
  OwnershipStore,
  RuleEnd,
  ScopedMatch,
} from '../../application/ports/ownership-store.js';
import type { OwnerKeys, OwnershipRule, RulesInForce } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import { ownerTests } from '../readers/catalog/owner-conditions.js';
import { faceOf } from '../readers/catalog/face.js';
import { conditionOf } from '../readers/catalog/tests.js';
import { Conditions } from '../readers/keyset.js';
import type { Sql } from '../sql.js';
import { readRulesInForce, RULE_COLUMNS } from './ownership-sql.js';

/** `ownership` in hexadecimal ASCII digits, cut to what an advisory lock takes. */
const OWNERSHIP_LOCK = '0x6f776e65727368::bigint';

/** In force at $2, or to come. */
const LIVE = '(r.effective_to is null or r.effective_to > greatest($2::timestamptz, r.effective_from))';

/** Ownership rules of one transaction. Any number of them is one statement. */
export class SqlOwnershipStore implements OwnershipStore {
  constructor(private readonly sql: Sql) {}

  async lock(): Promise<void> {
    await this.sql.rows(`select pg_advisory_xact_lock(${OWNERSHIP_LOCK})`);
  }

  rulesInForce(keys: OwnerKeys, at: Date | null): Promise<RulesInForce> {
    return readRulesInForce(this.sql, keys, at);
  }

  async turnedBetween(since: Date, until: Date): Promise<boolean> {
    const turned = (column: string): string =>
      `exists (select from ownership_rule where ${column} > $1 and ${column} <= $2)`;
    const [row] = await this.sql.rows<{ turned: boolean }>(
      `select ${['effective_from', 'effective_to', 'created_at'].map(turned).join(' or ')} as turned`,
      [since, until],
    );
    return row?.turned ?? false;
  }

  liveRulesOf(ownerIds: readonly string[], at: Date): Promise<OwnershipRule[]> {
    return this.sql.rows<OwnershipRule>(
      `select ${RULE_COLUMNS} from ownership_rule r where r.owner_id = any($1::uuid[]) and ${LIVE}
       order by r.created_at, r.id`,
      [ownerIds, at],
    );
  }

  liveRulesFor(matches: readonly ScopedMatch[], at: Date): Promise<OwnershipRule[]> {
    return this.sql.rows<OwnershipRule>(
      `select ${RULE_COLUMNS} from unnest($1::text[], $3::text[]) as asked(scope, match_key)
         join ownership_rule r using (scope, match_key) where ${LIVE} order by r.created_at, r.id`,
      [matches.map(({ scope }) => scope), at, matches.map(({ match }) => match)],
    );
  }

  async addRules(rules: readonly NewRule[]): Promise<void> {
    await this.sql.rows(
      `insert into ownership_rule (id, scope, match, match_folded, owner_id, effective_from, effective_to, created_at)
       select n.id, n.scope, n.match, n.folded, n.owner, n.starts, n.ends, coalesce(n.created, clock_timestamp())
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[],
         $8::timestamptz[]) as n(id, scope, match, folded, owner, starts, ends, created)`,
      [
        rules.map(({ id }) => id),
        rules.map(({ scope }) => scope),
        rules.map(({ match }) => match),
        rules.map(({ match }) => (match === null ? null : foldCode(match))),
        rules.map(({ ownerId }) => ownerId),
        rules.map(({ effectiveFrom }) => effectiveFrom),
        rules.map(({ effectiveTo }) => effectiveTo),
        rules.map(({ createdAt }) => createdAt ?? null),
      ],
    );
  }

  endRules(ends: readonly RuleEnd[]): Promise<OwnershipRule[]> {
    return this.sql.rows<OwnershipRule>(
      `update ownership_rule r set effective_to = greatest(n.at, r.effective_from)
       from unnest($1::uuid[], $2::timestamptz[]) as n(id, at)
       where r.id = n.id and (r.effective_to is null or r.effective_to > greatest(n.at, r.effective_from))
       returning ${RULE_COLUMNS}`,
      [ends.map(({ id }) => id), ends.map(({ at }) => at)],
    );
  }

  async skusOf(ownerIds: readonly string[], examples: number): Promise<OwnedSkus> {
    const { sku } = await ownerTests(this.sql, faceOf(null), { ownerIds: [...ownerIds], unowned: false }, null);
    const conditions = new Conditions().require(conditionOf(sku));
    const rows = await this.sql.rows<{ code: string; count: number }>(
      `with hit as materialized (select s.code, s.code_folded from sku s where s.state <> 'RETIRED' and ${conditions.where})
       select h.code, (select count(*)::int from hit) as count from hit h order by h.code_folded limit ${examples}`,
      conditions.values,
    );
    return { count: rows[0]?.count ?? 0, examples: rows.map(({ code }) => code) };
  }

  async unknown(scope: 'SKU' | 'PRODUCT', folded: readonly string[]): Promise<string[]> {
    const known = scope === 'SKU' ? 'sku k where k.code_folded' : 'product k where k.handle_folded';
    const rows = await this.sql.rows<{ name: string }>(
      `select n.name from unnest($1::text[]) as n(name) where not exists (select from ${known} = n.name)`,
      [folded],
    );
    return rows.map(({ name }) => name);
  }
}
