import type { BudgetAsk, BudgetTold, RateBudgets } from '../../../application/ports/rate-budget.js';

interface Bucket {
  maximum: number;
  restoreRate: number;
  points: number;
  countedAt: number;
}

/** Nobody asks again sooner. */
const SHORTEST_WAIT_SECONDS = 0.01;

/**
 * Budgets of this process alone: for commands that ask a system without the service's database, and where that does not
 * answer. The same arithmetic as the shared one; test/connectors/rate-budgets.test.ts holds both to it.
 */
export class LocalBudgets implements RateBudgets {
  private readonly buckets = new Map<string, Bucket>();

  /** @param now seconds of a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now() / 1_000) {}

  async reserve(
    system: string,
    { points, share, keep }: BudgetAsk,
  ): Promise<{ granted: boolean; waitSeconds: number; taken: number }> {
    const bucket = this.buckets.get(system);
    if (!bucket) return { granted: true, waitSeconds: 0, taken: 0 };
    const there = this.there(bucket, share);
    const full = share * bucket.maximum;
    const asked = Math.min(points + keep * full, full);
    if (there < asked) {
      const waitSeconds = Math.max(SHORTEST_WAIT_SECONDS, (asked - there) / (share * bucket.restoreRate));
      return { granted: false, waitSeconds, taken: 0 };
    }
    this.buckets.set(system, { ...bucket, points: there - points, countedAt: this.now() });
    return { granted: true, waitSeconds: 0, taken: points };
  }

  async settle(
    system: string,
    { refund, share, told, underWay }: { refund: number; share: number; told: BudgetTold; underWay: number },
  ): Promise<void> {
    const { maximum, left, restoreRate } = told;
    const bucket = this.buckets.get(system);
    const points = bucket
      ? Math.min(this.there(bucket, share) + refund, share * maximum, left - underWay)
      : Math.max(0, left - (1 - share) * maximum - underWay);
    this.buckets.set(system, { maximum, restoreRate, points, countedAt: this.now() });
  }

  private there({ maximum, restoreRate, points, countedAt }: Bucket, share: number): number {
    const since = Math.max(0, this.now() - countedAt);
    return Math.min(share * maximum, points + since * share * restoreRate);
  }
}
