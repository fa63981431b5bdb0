import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { Product } from '../../domain/catalog/product.js';
import type { ChangeSet } from '../../domain/change/draft.js';
import type { ChangedCommitment, Commitments } from '../../domain/change/plan/commitments.js';
import type { ReachedSku } from '../../domain/change/plan/reached.js';
import type {
  PlanOmission,
  PlannedWrite,
  PlanSupersession,
  SilentSystem,
} from '../../domain/change/plan/write-plan.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { LaneRecord } from './publishing-queue.js';

/** A record as it is, and as a change set would leave it. */
export interface PlannedRecord {
  /** Null where there is no such record yet. */
  before: LaneRecord | null;
  after: LaneRecord;
  /** What the system last showed of it, normalised; null where nothing was ever seen. */
  observed: FieldValues | null;
}

/** One product's records in one system, as they are and as a change set would leave them. */
export interface PlannedLane {
  system: GovernedSystem;
  before: { product: Product | null; states: readonly LifecycleState[] };
  after: { product: Product; states: readonly LifecycleState[] };
  records: PlannedRecord[];
}

export interface PlannedLanes {
  lanes: PlannedLane[];
  /** By the id of a bundle: ids of SKUs in it, at whatever level, whose composition the change set changes. */
  composedIn: ReadonlyMap<string, readonly string[]>;
}

/** Why a request was planned anew: what is otherwise than it was approved, and who is asked again. */
export interface ReplanReason {
  changed: ChangedCommitment[];
  /** How many there are of them, where only the first are kept. */
  changedCount: number;
  /** Parties whose approval counts no more for some part, with the codes and handles of that part. */
  asked: { partyId: string; rule: string; targets: string[] }[];
}

/** A plan as it was worked out when somebody was asked to approve it, or when it was applied. */
export interface KeptPlan {
  id: string;
  requestId: string;
  /** Over the commitments: equal where the same would be written. */
  hash: string;
  at: Date;
  /** Null for the first plan, and for the one that was applied. */
  reason: ReplanReason | null;
}

/** All of a kept plan that people look at. */
export interface KeptPlanContent {
  writes: PlannedWrite[];
  omissions: PlanOmission[];
  supersedes: PlanSupersession[];
  silent: SilentSystem[];
  reached: ReachedSku[];
}

/** Plans of requests, in one transaction. */
export interface PlanStore {
  /**
   * The records of every system that a change set reaches, of whole products, as they are and as it would leave them:
   * read with the same eyes as the publisher's, in a constant number of statements. Nothing is written or locked.
   */
  lanes(set: ChangeSet): Promise<PlannedLanes>;
  /** What the request was last planned to do; null where it never was. */
  latest(requestId: string): Promise<(KeptPlan & { commitments: Commitments }) | null>;
  /** The content of the last plan that was kept of a request; null where there is none. */
  lastContent(requestId: string): Promise<(KeptPlanContent & { hash: string }) | null>;
  keep(plan: Omit<KeptPlan, 'at'> & { commitments: Commitments; content: KeptPlanContent }): Promise<void>;
}

export interface PlanReader {
  /** Times at which requests were planned anew, oldest first. */
  replansOf(requestIds: readonly string[]): Promise<Map<string, KeptPlan[]>>;
}
