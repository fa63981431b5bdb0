import type { Actor } from '../../domain/actor.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import type { ChangeOperation, ChangeRequestState, FieldConflict } from '../../domain/change/change.js';
import type { FieldChange } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import type { Page, PageRequest } from './page.js';

export interface ChangeRequestView {
  id: string;
  /** Short and sayable: CR-1042. */
  number: string;
  title: string;
  reason: string | null;
  state: ChangeRequestState;
  author: Actor;
  problems: Problem[];
  /** What keeps nothing back, but whoever approves should see. */
  warnings: Problem[];
  conflicts: FieldConflict[];
  requirements: ApprovalRequirement[];
  createdAt: Date;
  submittedAt: Date | null;
  appliedAt: Date | null;
}

export interface ChangeView {
  id: string;
  operation: ChangeOperation;
  target: string;
  baseRevision: number | null;
  /** Before it is applied: what it would change against its base; afterwards: what it changed. */
  fields: FieldChange[];
}

export interface DecisionView {
  changeRequestId: string;
  actor: Actor;
  partyId: string;
  kind: 'APPROVE' | 'REJECT';
  comment: string | null;
  at: Date;
}

export interface ChangeRequestQuery {
  states: ChangeRequestState[] | null;
  /** Party whose approval is still asked for. */
  awaitingParty: string | null;
  /** SKU code or product handle. */
  target: string | null;
}

export interface ChangeReader {
  requestById(id: string): Promise<ChangeRequestView | null>;
  /** @param number "CR-1042" or "1042". */
  requestByNumber(number: string): Promise<ChangeRequestView | null>;
  requestsByIds(ids: readonly string[]): Promise<Map<string, ChangeRequestView>>;
  requests(page: PageRequest, query: ChangeRequestQuery): Promise<Page<ChangeRequestView>>;
  changesOf(requestId: string, page: PageRequest): Promise<Page<ChangeView>>;
  decisionsOf(requestIds: readonly string[]): Promise<Map<string, DecisionView[]>>;
}
