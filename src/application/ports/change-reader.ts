import type { Skipped } from '../../domain/change/forced.js';
import type { Actor } from '../../domain/actor.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import type { DecidedAs } from '../../domain/change/capacity.js';
import type { ChangeOperation, ChangeRequestState, FieldConflict } from '../../domain/change/change.js';
import type { FieldChange } from '../../domain/primitives/json.js';
import type { Problem } from '../../domain/problem.js';
import type { Page, PageRequest } from './page.js';
import type { ValidationView } from './request-validations.js';

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
  /** Who edited it beside its author. */
  editors: Actor[];
  /** When it is to be applied, once approved; null: at once. */
  effectiveAt: Date | null;
  /** While SCHEDULED: when a worker looks at it. */
  dueAt: Date | null;
  /** While SCHEDULED: the freeze window that holds it. */
  blockedBy: string | null;
  /** Who applied it by force; `at` is text, as JSON keeps it. `skipped` was not kept always. */
  forced: { actor: Actor; reason: string; at: string; skipped?: Skipped } | null;
  /** The request that its changes were split off. */
  splitFromId: string | null;
  /** The applied request that it takes back. */
  revertsId: string | null;
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
  /** In what right, rule by rule; nothing where it was decided before that was kept. */
  decidedAs: DecidedAs[];
}

export interface CommentView {
  changeRequestId: string;
  actor: Actor;
  body: string;
  at: Date;
}

/** Requests that came of another one. */
export interface Descent {
  id: string;
  splitFromId: string | null;
  revertsId: string | null;
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
  /** In the order in which they were said. */
  commentsOf(requestIds: readonly string[]): Promise<Map<string, CommentView[]>>;
  /** Requests that were split off these, or take them back; by the id that they came of, oldest first. */
  descendantsOf(requestIds: readonly string[]): Promise<Map<string, Descent[]>>;
  /** How far requests are, or were, that are checked and planned as a job; by their ids. */
  validationsOf(requestIds: readonly string[]): Promise<Map<string, ValidationView>>;
  /** How many requests each freeze window holds, and the database's clock. */
  held(): Promise<{ now: Date; byWindow: Map<string, number> }>;
}
