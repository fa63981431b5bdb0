import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft, ChangeRequestDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { rebaseChangeRequest } from '../../src/application/change/review/rebase-change-request.js';
import { updateChangeRequest } from '../../src/application/change/review/update-change-request.js';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { ChangeRequestView, ChangeView } from '../../src/application/ports/change-reader.js';
import type { Caller, Role } from '../../src/domain/actor.js';
import { givenFor } from '../../src/domain/change/approval.js';
import type { Outcome } from '../../src/domain/problem.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { HOST, must } from '../support/world.js';

type Answer = Promise<Outcome<{ id: string }>>;

/** Short words for the life of a request in tests: mia writes, ada owns whatever nobody else does. */
export class ReviewKit {
  constructor(readonly world: World) {}

  draft(changes: ChangeDraft[], over: Partial<ChangeRequestDraft> = {}): ChangeRequestDraft {
    return { title: 'a change', reason: null, idempotencyKey: null, changes, ...over };
  }

  create(changes: ChangeDraft[], over: Partial<ChangeRequestDraft> = {}, who?: Caller, asDraft = false): Answer {
    const author = who ?? this.world.people.mia;
    return createChangeRequest(this.world.ports, author, this.draft(changes, over), asDraft);
  }

  async propose(changes: ChangeDraft[], over: Partial<ChangeRequestDraft> = {}, who?: Caller): Promise<string> {
    return must(await this.create(changes, over, who)).id;
  }

  approve(id: string, who: Caller = this.world.people.ada): Answer {
    return approveChangeRequest(this.world.ports, who, id, null);
  }

  update(id: string, changes: ChangeDraft[], over: Partial<ChangeRequestDraft> = {}, who?: Caller): Answer {
    return updateChangeRequest(this.world.ports, who ?? this.world.people.mia, id, this.draft(changes, over));
  }

  rebase(id: string, who: Caller = this.world.people.mia): Answer {
    return rebaseChangeRequest(this.world.ports, who, id);
  }

  /** Proposed and approved by whoever is asked; answers its id. */
  async applied(changes: ChangeDraft[], approvers: Caller[] = [this.world.people.ada]): Promise<string> {
    const id = await this.propose(changes);
    for (const who of approvers) must(await this.approve(id, who));
    const state = await this.stateOf(id);
    if (state !== 'APPLIED') throw new Error(`${id} is ${state}`);
    return id;
  }

  async view(id: string): Promise<ChangeRequestView> {
    const view = await this.world.ports.changes.requestById(id);
    if (!view) throw new Error(`there is no request ${id}`);
    return view;
  }

  async stateOf(id: string): Promise<string> {
    return (await this.view(id)).state;
  }

  async changesOf(id: string): Promise<ChangeView[]> {
    const { items } = await this.world.ports.changes.changesOf(id, { first: 100, after: null });
    return items.map(({ node }) => node);
  }

  /** Names of who is asked, each with how many approvals count. */
  async asked(id: string): Promise<Record<string, number>> {
    const { requirements } = await this.view(id);
    const decisions = (await this.world.ports.changes.decisionsOf([id])).get(id) ?? [];
    const approvedBy = decisions.filter(({ kind }) => kind === 'APPROVE').map(({ partyId }) => partyId);
    const parties = new Map((await this.world.ports.catalog.parties()).map((party) => [party.id, party.code]));
    return Object.fromEntries(requirements.map((each) => [parties.get(each.partyId), givenFor(each, approvedBy)]));
  }

  async person(code: string, role: Role): Promise<Caller> {
    const { ports } = this.world;
    const draft = { code, kind: 'USER' as const, name: code, email: null, active: true, members: null };
    const { id } = must(await setParty(ports, HOST, draft));
    const key = must(await createApiKey(ports, HOST, { name: code, party: code, roles: [role], expiresAt: null }));
    return { actor: { kind: 'API_KEY', id: key.keyId, name: code, partyId: id }, roles: [role] };
  }

  async owns(vendor: string, owner: string): Promise<void> {
    const rule = { scope: 'VENDOR' as const, match: vendor, owner, effectiveFrom: null, effectiveTo: null };
    must(await setOwnershipRule(this.world.ports, HOST, rule));
  }

  /** A product with SKUs, ACTIVE at 10.00. */
  async onSale(handle: string, vendor: string, codes: string[], approver?: Caller): Promise<void> {
    const by = approver ? [approver] : undefined;
    const skus = codes.map((code): ChangeDraft => {
      const optionValues = [{ name: 'Size', value: code }];
      return {
        kind: 'skuCreate',
        input: { code, product: handle, fields: { title: code, price: '10.00', optionValues } },
      };
    });
    const fields = { title: handle, vendor, optionNames: ['Size'] };
    await this.applied([{ kind: 'productCreate', input: { handle, fields } }, ...skus], by);
    for (const to of ['PRELAUNCH', 'ACTIVE'] as const)
      await this.applied(
        codes.map((code) => step(code, to)),
        by,
      );
  }

  async sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return sqlOver(this.world.database.source).rows<T>(text, values);
  }

  /** As if the time of what waits had come. */
  async later(id: string): Promise<void> {
    await this.sql(
      `update change_request set effective_at = effective_at - interval '2 hours', due_at = clock_timestamp()
       where id = $1 and state = 'SCHEDULED'`,
      [id],
    );
  }
}

export function set(code: string, fields: object, baseRevision: number | null = null): ChangeDraft {
  return { kind: 'skuUpdate', input: { code, baseRevision, fields } };
}

export function price(code: string, value: string): ChangeDraft {
  return set(code, { price: value });
}

export function step(code: string, to: 'PRELAUNCH' | 'ACTIVE' | 'ON_HOLD' | 'PHASE_OUT' | 'RETIRED'): ChangeDraft {
  return { kind: 'skuTransition', input: { code, to } };
}

/** So many seconds from now. */
export function inSeconds(seconds: number): Date {
  return new Date(Date.now() + seconds * 1_000);
}
