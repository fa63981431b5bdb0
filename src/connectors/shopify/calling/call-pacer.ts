import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../../application/ports/connector.js';
import type { BudgetTold, RateBudgets, Urgency } from '../../../application/ports/rate-budget.js';
import { faultOf } from '../../faults.js';
import { CostBook } from './cost-book.js';
import { LocalBudgets } from './local-budgets.js';
import type { CostExtension } from './shopify-errors.js';

/** What of our share stays untouched by calls of each urgency, so that the more urgent ones find something. */
const KEEP: Record<Urgency, number> = { PERSON: 0, PUBLISH: 0.1, SCAN: 0.2 };
/**
 * How long a call waits for its points; more is the delivery's own back-off. A lane's three calls must fit into its lease
 * of 90 s (design section 3, rule 4).
 */
const PATIENCE_SECONDS: Record<Urgency, number> = { PERSON: 10, PUBLISH: 20, SCAN: 120 };
/** A scan that waited so long goes before what is published from then on: a backlog of hours must not starve it. */
const STARVED_SECONDS = 10;
/** Nobody sleeps longer without looking: a person's refund or an empty queue may have changed everything. */
const LONGEST_NAP_SECONDS = 5;

/** A call that was let through. */
export interface Admission {
  /** What it may cost. */
  points: number;
  /** What was taken for it from the budget that all processes share, and from the one of this process. */
  taken: { shared: number; local: number };
}

/**
 * Lets calls to one store through as its rate budget allows, which all processes share. Calls of one urgency go one after
 * another within a process, so that few ask for points at a time. The store's own words decide in the end: what it
 * throttles all the same is sent again later.
 */
export class CallPacer {
  readonly costs = new CostBook();
  private readonly tails = new Map<Urgency, Promise<void>>();
  private readonly fallback = new LocalBudgets();
  private underWay = 0;
  /** What the store last said of its budget to this process. */
  told: BudgetTold | null = null;

  constructor(
    private readonly system: string,
    private readonly budgets: RateBudgets,
    /** Part of the store's rate that is ours. */
    private readonly share: number,
  ) {}

  /** @throws ConnectorError RATE_LIMITED when the points will not be there in time; nothing was sent then. */
  async admit(document: string, variables: object, urgency: Urgency, signal?: AbortSignal): Promise<Admission> {
    const points = this.costs.expected(document, variables);
    const since = performance.now();
    const taken = await this.inTurn(urgency, () => this.taken(points, urgency, since, signal));
    this.underWay += points;
    return { points, taken };
  }

  /** The call has ended; `cost` is what its answer said of costs, if anything. */
  async settle(
    admission: Admission,
    document: string,
    variables: object,
    cost: CostExtension | undefined,
  ): Promise<void> {
    this.underWay = Math.max(0, this.underWay - admission.points);
    const { maximumAvailable: maximum, currentlyAvailable: left, restoreRate } = cost?.throttleStatus ?? {};
    if (cost?.requestedQueryCost !== undefined) this.costs.learn(document, variables, cost.requestedQueryCost);
    if (!maximum || left === undefined || !restoreRate) return;
    // What was throttled cost nothing, and says so by a cost of null.
    const spent = cost?.actualQueryCost ?? 0;
    const { shared, local } = admission.taken;
    this.told = { maximum, left, restoreRate };
    const ended = { share: this.share, told: this.told, underWay: this.underWay };
    await this.fallback.settle(this.system, { ...ended, refund: local - spent });
    // The pace is a courtesy: a database that does not answer keeps no call from its caller.
    await this.budgets.settle(this.system, { ...ended, refund: shared - spent }).catch(() => undefined);
  }

  private async inTurn<T>(urgency: Urgency, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(urgency) ?? Promise.resolve();
    const mine = before.then(work);
    this.tails.set(
      urgency,
      mine.then(
        () => undefined,
        () => undefined,
      ),
    );
    return mine;
  }

  private async taken(
    points: number,
    urgency: Urgency,
    since: number,
    signal?: AbortSignal,
  ): Promise<Admission['taken']> {
    for (;;) {
      if (signal?.aborted) throw notSent();
      const waited = (performance.now() - since) / 1_000;
      const keep = urgency === 'SCAN' && waited > STARVED_SECONDS ? KEEP.PUBLISH : KEEP[urgency];
      const { granted, waitSeconds, taken } = await this.reserve(points, keep);
      if (granted) return taken;
      if (waited + waitSeconds > PATIENCE_SECONDS[urgency]) throw spent(waitSeconds);
      await nap(Math.min(waitSeconds, LONGEST_NAP_SECONDS), signal);
    }
  }

  private async reserve(
    points: number,
    keep: number,
  ): Promise<{ granted: boolean; waitSeconds: number; taken: Admission['taken'] }> {
    const ask = { points, keep, share: this.share };
    try {
      const { taken: shared, ...rest } = await this.budgets.reserve(this.system, ask);
      return { ...rest, taken: { shared, local: 0 } };
    } catch {
      const { taken: local, ...rest } = await this.fallback.reserve(this.system, ask);
      return { ...rest, taken: { shared: 0, local } };
    }
  }
}

async function nap(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(seconds * 1_000, undefined, { signal });
  } catch {
    throw notSent();
  }
}

function notSent(): ConnectorError {
  return new ConnectorError(faultOf('TRANSIENT', 'not sent: the time for it was over', { code: 'NOT_SENT' }));
}

function spent(waitSeconds: number): ConnectorError {
  const message = `the store's rate budget is spent for the next ${Math.ceil(waitSeconds)} s; nothing was sent`;
  return new ConnectorError(faultOf('RATE_LIMITED', message, { code: 'BUDGET_SPENT', retryAfterSeconds: waitSeconds }));
}
