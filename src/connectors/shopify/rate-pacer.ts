import type { CostExtension } from './shopify-errors.js';

/** No call is held back longer: beyond that Shopify's own THROTTLED decides, and the delivery backs off. */
const MAX_WAIT_SECONDS = 10;

/**
 * Paces the calls to one store by what Shopify last said of its bucket, so that a backlog uses the whole rate and is
 * hardly ever throttled. Bucket and rate are read from the answers and never assumed: plans differ and change
 * (shopify.md 3.1). Admission is on the requested cost, which for a document is what it last was.
 */
export class RatePacer {
  private readonly costs = new Map<string, number>();
  private available = Number.POSITIVE_INFINITY;
  private maximum = Number.POSITIVE_INFINITY;
  private restoreRate = 0;
  private countedAt = 0;
  private underWay = 0;

  /** Reserves the cost of one call, and says for how many seconds to wait before it is sent. */
  reserve(document: string, nowSeconds: number): { cost: number; waitSeconds: number } {
    const cost = this.costs.get(document) ?? 0;
    const refilled = this.available + (nowSeconds - this.countedAt) * this.restoreRate;
    this.available = Math.min(this.maximum, refilled) - cost;
    this.countedAt = nowSeconds;
    this.underWay += cost;
    const waitSeconds = this.available < 0 ? Math.min(MAX_WAIT_SECONDS, -this.available / this.restoreRate) : 0;
    return { cost, waitSeconds };
  }

  /** The call has ended; `cost` is what its answer said of costs, if anything. */
  settle(document: string, reserved: number, cost: CostExtension | undefined, nowSeconds: number): void {
    this.underWay = Math.max(0, this.underWay - reserved);
    const { maximumAvailable, currentlyAvailable, restoreRate } = cost?.throttleStatus ?? {};
    if (cost?.requestedQueryCost !== undefined) this.costs.set(document, cost.requestedQueryCost);
    if (maximumAvailable === undefined || currentlyAvailable === undefined || !restoreRate) return;
    this.maximum = maximumAvailable;
    this.restoreRate = restoreRate;
    // What is under way may not have reached the bucket yet: count it as spent.
    this.available = currentlyAvailable - this.underWay;
    this.countedAt = nowSeconds;
  }
}
