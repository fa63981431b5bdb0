import type { Skipped } from '../../domain/change/forced.js';
import type { Actor } from '../../domain/actor.js';
import type { ApprovalRequirement } from '../../domain/change/approval.js';
import type { DecidedAs } from '../../domain/change/capacity.js';
import type { ChangeRequestState, FieldConflict, ProposedChange } from '../../domain/change/change.js';
import type { AppliedTarget } from '../../domain/change/invert.js';
import type { Problem } from '../../domain/problem.js';

export interface ChangeRequest {
  id: string;
  /** "CR-1042". */
  number: string;
  title: string;
  reason: string | null;
  state: ChangeRequestState;
  /** TAKE_OVER: what a system says of fields that it owns, taken in by rule. */
  origin: 'REQUEST' | 'IMPORT' | 'ADOPTION' | 'TAKE_OVER';
  author: Actor;
  requirements: ApprovalRequirement[];
  changes: StoredChange[];
  /** Parties that approved. */
  approvedBy: string[];
  /** Who edited it beside its author. */
  editors: Actor[];
  /** When it is to be applied, once approved; null: at once. */
  effectiveAt: Date | null;
  /** While SCHEDULED: when a worker looks at it. */
  dueAt: Date | null;
  /** While SCHEDULED: the freeze window that holds it. */
  blockedBy: string | null;
}

export type StoredChange = ProposedChange & { id: string };

/** Who applies a request by force, and why. */
export interface Forced {
  actor: Actor;
  reason: string;
}

export interface NewChangeRequest {
  id: string;
  title: string;
  reason: string | null;
  origin: ChangeRequest['origin'];
  author: Actor;
  changes: readonly (ProposedChange & { id: string })[];
  effectiveAt: Date | null;
  editors?: readonly Actor[];
  /** The request that its changes were split off. */
  splitFromId?: string | null;
  /** The applied request that it takes back. */
  revertsId?: string | null;
}

/** What its author, or who edits it, says of a request beside its changes. */
export interface ChangeRequestHead {
  title: string;
  reason: string | null;
  effectiveAt: Date | null;
  editors: readonly Actor[];
}

export interface ChangeRequestOutcome {
  state: ChangeRequestState;
  problems?: readonly Problem[];
  warnings?: readonly Problem[];
  conflicts?: readonly FieldConflict[];
  requirements?: readonly ApprovalRequirement[];
  submitted?: boolean;
  applied?: boolean;
  /** Of a SCHEDULED request, and only there: when a worker looks at it, and the freeze window that holds it. */
  waits?: { dueAt: Date; blockedBy: string | null };
  forced?: Forced & { skipped: Skipped };
}

export interface NewDecision {
  id: string;
  requestId: string;
  actor: Actor;
  partyId: string;
  kind: 'APPROVE' | 'REJECT';
  comment: string | null;
  /** In what right, rule by rule. */
  decidedAs: readonly DecidedAs[];
}

/** A request in review, as far as who has to approve it is concerned. */
export interface AskedRequest {
  id: string;
  number: string;
  authorPartyId: string | null;
  /** Parties that edited it. */
  editorPartyIds: string[];
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
  /** Other content: all of its changes, and what is said beside them. */
  rewrite(id: string, head: ChangeRequestHead, changes: readonly StoredChange[]): Promise<void>;
  /** These changes leave their request for another one. */
  move(changeIds: readonly string[], toRequestId: string): Promise<void>;
  comment(comment: { id: string; requestId: string; actor: Actor; body: string }): Promise<void>;
  countComments(id: string): Promise<number>;
  /** Tells what became of a request after it was applied, beside what is told of it already. */
  addProblems(id: string, problems: readonly Problem[]): Promise<void>;
  /** Kept with the plan that the request was last put to its approvers with: what the decision is about. */
  decide(decision: NewDecision): Promise<void>;
  /** Requests in review of which a requirement names one of these parties, asks it, or may be met by it; by id. */
  inReviewOf(partyIds: readonly string[], options: { lock: boolean }): Promise<AskedRequest[]>;
  /** Whoever leaves a team that wrote or edited requests is one of their authors from now on; those that have ended stay as they are. */
  leaveTeam(teamId: string, members: readonly Actor[]): Promise<void>;
  setEditors(id: string, editors: readonly Actor[]): Promise<void>;
  /** Other requirements for requests in review. */
  reask(requests: readonly Pick<AskedRequest, 'id' | 'requirements'>[]): Promise<void>;
  /** What an applied request did, product by product and SKU by SKU, and what has become of it. */
  applied(id: string): Promise<AppliedTarget[]>;
  /** Requests that wait for their time; the first 10,000 to come. */
  scheduled(): Promise<{ number: string; effectiveAt: Date | null; dueAt: Date; blockedBy: string | null }[]>;
  /** Ids of SCHEDULED requests whose time has come; the longest due first. */
  due(limit: number): Promise<string[]>;
  /**
   * Requests that a freeze window holds are due now, but for those held by one of these; how many there are. Left as they
   * are: those that somebody works on at this moment.
   */
  releaseBlocked(keptBy: readonly string[]): Promise<number>;
  /** Requests that wait for a time within one of these windows, and for no other reason, are looked at now; how many there are. */
  lookWithin(windows: readonly { from: string; to: string }[]): Promise<number>;
  /** What this caller sent under this key before, within 72 hours. */
  byIdempotency(caller: string, key: string): Promise<{ id: string; hash: string } | null>;
  /** Keeps a key for 72 hours. */
  keepIdempotency(kept: { caller: string; key: string; hash: string; requestId: string }): Promise<void>;
  /** Forgets keys that are older; how many there were. */
  forgetIdempotency(): Promise<number>;
}
