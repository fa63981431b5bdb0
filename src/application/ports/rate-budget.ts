/**
 * For whom a call to a system is made: somebody who waits for the answer goes before what is to be published, and that
 * before a look at what is there.
 */
export type Urgency = 'PERSON' | 'PUBLISH' | 'SCAN';

/** What a system said of its rate budget, in its own points. */
export interface BudgetTold {
  maximum: number;
  left: number;
  /** Points a second. */
  restoreRate: number;
}

/** How a call may draw on what is ours of a budget. */
export interface BudgetAsk {
  points: number;
  /** Part of the system's budget that is ours, above 0 and at most 1; the rest is head-room for other users of it. */
  share: number;
  /** Part of what is ours that stays untouched, for those who are more urgent: 0 to below 1. */
  keep: number;
}

/**
 * The rate budget of each system as all processes of this service share it: a bucket that fills at our share of the
 * system's own rate. Calls take what they may cost before they are sent, and give back what they did not. Nothing is held
 * while a caller waits; a process that dies costs its unused points, once.
 */
export interface RateBudgets {
  /**
   * All of the points or none. `waitSeconds`: after which they may be there, if nobody else takes them. Until the system
   * has said anything of its budget, everything is granted and nothing `taken`: whoever gave that back would make points.
   */
  reserve(system: string, ask: BudgetAsk): Promise<{ granted: boolean; waitSeconds: number; taken: number }>;
  /**
   * A call has ended. `refund` points of what was taken for it were not spent; below 0, more was spent than taken. What the system itself says corrects the bucket
   * downwards only, less `underWay`: what this process has reserved for calls that may not have reached the system yet.
   */
  settle(system: string, ended: { refund: number; share: number; told: BudgetTold; underWay: number }): Promise<void>;
}
