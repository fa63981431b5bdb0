import type { Actor } from '../../domain/actor.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import type { ChangeRequestState, FieldConflict, ProposedChange } from '../../domain/change/change.js';
import type { Problem } from '../../domain/problem.js';

export interface ChangeRequest {
  id: string;
  /** "CR-1042". */
  number: string;
  title: string;
  reason: string | null;
  state: ChangeRequestState;
  origin: 'REQUEST' | 'IMPORT' | 'ADOPTION';
  author: Actor;
  requirements: ApprovalRequirement[];
  changes: (ProposedChange & { id: string })[];
  /** Parties that approved. */
  approvedBy: string[];
}

export interface NewChangeRequest {
  id: string;
  title: string;
  reason: string | null;
  origin: ChangeRequest['origin'];
  author: Actor;
  changes: readonly (ProposedChange & { id: string })[];
  idempotency: { caller: string; key: string; hash: string } | null;
}

export interface ChangeRequestOutcome {
  state: ChangeRequestState;
  problems?: readonly Problem[];
  warnings?: readonly Problem[];
  conflicts?: readonly FieldConflict[];
  requirements?: readonly ApprovalRequirement[];
  submitted?: boolean;
  applied?: boolean;
}

/** A request in review, as far as who has to approve it is concerned. */
export interface AskedRequest {
  id: string;
  number: string;
  authorPartyId: string | null;
  requirements: ApprovalRequirement[];
  /** Parties that approved. */
  approvedBy: string[];
}

export interface ChangeRequestStore {
  /** Answers its number, "CR-1042". */
  add(request: NewChangeRequest): Promise<string>;
  /** The request with its changes, its row locked; null when there is none. */
  lock(id: string): Promise<ChangeRequest | null>;
  /** The same, as it is at this moment. */
  read(id: string): Promise<ChangeRequest | null>;
  update(id: string, outcome: ChangeRequestOutcome): Promise<void>;
  /** Tells what became of a request after it was applied, beside what is told of it already. */
  addProblems(id: string, problems: readonly Problem[]): Promise<void>;
  /** Kept with the plan that the request was last put to its approvers with: what the decision is about. */
  decide(decision: {
    id: string;
    requestId: string;
    actor: Actor;
    partyId: string;
    kind: 'APPROVE' | 'REJECT';
    comment: string | null;
  }): Promise<void>;
  /** Requests in review of which a requirement names one of these parties, asks it, or may be met by it; by id. */
  inReviewOf(partyIds: readonly string[], options: { lock: boolean }): Promise<AskedRequest[]>;
  /** Other requirements for requests in review. */
  reask(requests: readonly Pick<AskedRequest, 'id' | 'requirements'>[]): Promise<void>;
  /** What this caller sent under this key before, within 72 hours. */
  byIdempotency(caller: string, key: string): Promise<{ id: string; hash: string } | null>;
}
