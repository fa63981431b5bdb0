import { ControlRefusal } from '../../loopback-server.js';
import type { VirtualClock } from '../../virtual-clock.js';

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** Restore rates are documented [D]; sizes are 20 times the rate where they were observed [R, M], and for Plus and Enterprise believed [B]. */
const PLANS: Record<string, { maximumAvailable: number; restoreRate: number }> = {
  standard: { maximumAvailable: 2000, restoreRate: 100 },
  advanced: { maximumAvailable: 4000, restoreRate: 200 },
  plus: { maximumAvailable: 20_000, restoreRate: 1000 },
  enterprise: { maximumAvailable: 40_000, restoreRate: 2000 },
};
const KEYS = ['plan', 'maximumAvailable', 'restoreRate', 'currentlyAvailable', 'otherLoad', 'costLimit'];
/** More than this in one operation is refused outright, whatever the bucket holds [M: shopify.md 3.1]. */
const COST_LIMIT = 1_000;

/**
 * The bucket of one app in one shop: admission is on the requested cost, the charge is the actual one [M: shopify.md 3.1],
 * and it fills with time. Other workers of the same app drain it too.
 */
export class CostBucket {
  private status: ThrottleStatus;
  /** Points a second that others of the same app take. */
  private otherLoad = 0;
  private limit = COST_LIMIT;
  private readAtMs: number;

  /** A big shop's bucket, so that a demo is not slowed. */
  constructor(private readonly clock: VirtualClock) {
    this.status = fullOf('plus');
    this.readAtMs = clock.now();
  }

  /** No single operation may be dearer. */
  get costLimit(): number {
    return this.limit;
  }

  /**
   * `{plan}` or `{maximumAvailable, restoreRate}`, and for either `currentlyAvailable`, `otherLoad` and `costLimit`.
   * @throws ControlRefusal
   */
  configure(body: Record<string, unknown>): object {
    const surplus = Object.keys(body).find((key) => !KEYS.includes(key));
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ${KEYS.join(', ')}`);
    const { plan } = body;
    if (plan !== undefined && (typeof plan !== 'string' || !PLANS[plan])) {
      throw new ControlRefusal(400, `plan must be one of ${Object.keys(PLANS).join(', ')}`);
    }
    const held = typeof plan === 'string' ? fullOf(plan) : this.current();
    const maximumAvailable = number(body, 'maximumAvailable', held.maximumAvailable);
    const restoreRate = number(body, 'restoreRate', held.restoreRate);
    const otherLoad = number(body, 'otherLoad', this.otherLoad);
    const costLimit = number(body, 'costLimit', this.limit);
    const resized = plan !== undefined || body['maximumAvailable'] !== undefined;
    const left = resized ? maximumAvailable : held.currentlyAvailable;
    const currentlyAvailable = Math.min(maximumAvailable, number(body, 'currentlyAvailable', left));
    this.status = { maximumAvailable, restoreRate, currentlyAvailable };
    Object.assign(this, { otherLoad, limit: costLimit });
    this.readAtMs = this.clock.now();
    return { ...this.current(), otherLoad, costLimit };
  }

  reset(): void {
    this.configure({ plan: 'plus', otherLoad: 0, costLimit: COST_LIMIT });
  }

  current(): ThrottleStatus {
    const now = this.clock.now();
    const { maximumAvailable, currentlyAvailable, restoreRate } = this.status;
    const gained = ((now - this.readAtMs) / 1000) * (restoreRate - this.otherLoad);
    this.status.currentlyAvailable = Math.max(0, Math.min(maximumAvailable, currentlyAvailable + gained));
    this.readAtMs = now;
    return { ...this.status, currentlyAvailable: Math.floor(this.status.currentlyAvailable) };
  }

  /** False, and nothing taken, when there is too little in it. */
  take(points: number): boolean {
    if (this.current().currentlyAvailable < points) return false;
    this.status.currentlyAvailable -= points;
    return true;
  }

  /** What was admitted and not used. */
  giveBack(points: number): void {
    const { maximumAvailable, currentlyAvailable } = this.status;
    this.status.currentlyAvailable = Math.min(maximumAvailable, currentlyAvailable + points);
  }
}

function fullOf(plan: string): ThrottleStatus {
  const { maximumAvailable, restoreRate } = PLANS[plan] ?? { maximumAvailable: 0, restoreRate: 0 };
  return { maximumAvailable, restoreRate, currentlyAvailable: maximumAvailable };
}

function number(body: Record<string, unknown>, key: string, held: number): number {
  const value = body[key] ?? held;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ControlRefusal(400, `${key} must be a number from 0`);
  }
  return value;
}
