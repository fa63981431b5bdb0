import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import type { Sql } from '../sql.js';

/**
 * All ownership rules, ended ones too, oldest first; `match` is folded. Resolving needs every rule that might be in
 * force, and there are dozens of them, not thousands.
 */
export function readOwnershipRules(sql: Sql): Promise<OwnershipRule[]> {
  return sql.rows<OwnershipRule>(
    `select id, scope, match_folded as match, owner_id as "ownerId", effective_from as "effectiveFrom",
            effective_to as "effectiveTo", created_at as "createdAt" from ownership_rule order by created_at, id`,
  );
}
