import { Readable } from 'node:stream';
import { assignOwners } from '../../src/application/ownership/assign-owners.js';
import type { AssignmentOutcome } from '../../src/application/ownership/assign-owners.js';
import type { PartyChange } from '../../src/application/ownership/set-party.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import type { Caller, Role } from '../../src/domain/actor.js';
import type { PartyDraft } from '../../src/domain/ownership/party-draft.js';
import type { OwnershipScope } from '../../src/domain/ownership/resolve-owner.js';
import { ownerKeysOf, ruleOf } from '../../src/domain/ownership/resolve-owner.js';
import type { Outcome } from '../../src/domain/problem.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { HOST, must } from '../support/world.js';

/** What tests of ownership do to a world. */
export function ownershipOf({ ports, database }: World) {
  const set = (code: string, over: Partial<PartyDraft> = {}, by: Caller = HOST): Promise<Outcome<PartyChange>> => {
    const draft = { code, kind: 'USER' as const, name: code, email: null, active: true, members: null, ...over };
    return setParty(ports, by, draft);
  };
  return {
    set,
    team: (code: string, members: string[] | null, over: Partial<PartyDraft> = {}): Promise<Outcome<PartyChange>> =>
      set(code, { kind: 'TEAM', members, ...over }),
    /** A person with a key of the role. */
    async keyOf(code: string, role: Role): Promise<Caller> {
      const { id } = must(await set(code));
      const { keyId } = must(
        await createApiKey(ports, HOST, { name: code, party: code, roles: [role], expiresAt: null }),
      );
      return { actor: { kind: 'API_KEY', id: keyId, name: code, partyId: id }, roles: [role] };
    },
    async owns(scope: OwnershipScope, match: string | null, owner: string, from: Date | null = null): Promise<string> {
      const draft = { scope, match, owner, effectiveFrom: from, effectiveTo: null };
      return must(await setOwnershipRule(ports, HOST, draft)).id;
    },
    /** Code of the owner of a SKU, by the rules in force at an instant. */
    async ownerOf(code: string, at: Date | null = null): Promise<string | null> {
      const sku = await ports.catalog.skuByCode(code);
      const product = sku && (await ports.catalog.productsByIds([sku.productId])).get(sku.productId);
      if (!product) throw new Error(`there is no SKU ${code}`);
      const thing = { code, handle: product.handle, productType: product.productType, vendor: product.vendor };
      const rule = ruleOf(await ports.ownership.rulesInForce(ownerKeysOf([thing]), at), thing);
      return (await ports.catalog.parties()).find(({ id }) => id === rule?.ownerId)?.code ?? null;
    },
    assign: (csv: string | string[], dryRun = false, by: Caller = HOST): Promise<AssignmentOutcome> => {
      const text = typeof csv === 'string' ? csv : csv.join('\n');
      return assignOwners(ports, by, Readable.from([Buffer.from(text)]), { dryRun });
    },
    audited: (type: string): Promise<{ subject: string; data: { [key: string]: unknown } }[]> =>
      sqlOver(database.source).rows(`select subject, data from audit_event where type = $1 order by at, id`, [type]),
    feedLength: async (): Promise<number> => {
      const [row] = await sqlOver(database.source).rows<{ n: number }>('select count(*)::int as n from feed_entry');
      return row?.n ?? -1;
    },
  };
}
