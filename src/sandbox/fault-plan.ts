import { ControlRefusal } from './loopback-server.js';
import { isPlainObject } from './plain-object.js';
import { SeededRandom } from './random.js';

/** All that there are. */
export const FAULT_KINDS = [
  '401',
  '402',
  '403',
  '423',
  '429',
  '430',
  '500',
  '502',
  '503',
  '504',
  'hang',
  'reset',
  'throttled',
  'truncated',
] as const;
const KEYS = ['when', 'kind', 'match', 'times', 'share'];
const MOST_TIMES = 1_000_000;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What every stand-in can answer. */
const COMMON_KINDS: readonly FaultKind[] = ['500', '503', 'reset', 'hang', 'throttled', '401', '429'];

export interface Fault {
  /** `after`: the request was executed and committed, only its answer is lost. */
  when: 'before' | 'after';
  kind: FaultKind;
  /** One of the labels of a request (operation name, `mutation`, `query`, `PUT`, …); any request without it. */
  match: string | null;
}

/** Strikes a part of all requests that match, until the plan is cleared. */
export type SharedFault = Fault & { share: number };

/** Answers that promise that nothing was executed, so they cannot come after a commit. */
const NOT_EXECUTED: ReadonlySet<FaultKind> = new Set(['throttled', '401', '402', '403', '423', '429', '430']);

/** Faults that wait for their request; the oldest that matches strikes first, then those that strike by chance. */
export class FaultPlan {
  private waiting: Fault[] = [];
  private shares: SharedFault[] = [];

  /**
   * @param kinds what the stand-in can answer
   * @param random a number below one for each request that a share may strike
   */
  constructor(
    private readonly kinds: readonly FaultKind[] = COMMON_KINDS,
    private readonly random: () => number = new SeededRandom().next,
  ) {}

  /** @throws ControlRefusal on a fault that is not understood: a test must not pass because its fault never struck. */
  add(body: Record<string, unknown>): number {
    const { next = [], shares = [], ...rest } = body;
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are next and shares`);
    if (body['next'] === undefined && body['shares'] === undefined) {
      throw new ControlRefusal(400, 'next must be a list of faults, or shares one');
    }
    if (!Array.isArray(next)) throw new ControlRefusal(400, 'next must be a list of faults');
    if (!Array.isArray(shares)) throw new ControlRefusal(400, 'shares must be a list of faults');
    const once = next.flatMap((one) => this.repeated(one));
    const shared = shares.map((one) => this.shared(one));
    this.waiting.push(...once);
    this.shares.push(...shared);
    return this.waiting.length;
  }

  clear(): void {
    this.waiting = [];
    this.shares = [];
  }

  /** The fault for a request with these labels; one that waited is taken out of the plan. */
  take(labels: readonly string[]): Fault | null {
    const matches = (fault: Fault): boolean => fault.match === null || labels.includes(fault.match);
    const at = this.waiting.findIndex(matches);
    if (at >= 0) return this.waiting.splice(at, 1)[0] ?? null;
    return this.shares.find((fault) => matches(fault) && this.random() < fault.share) ?? null;
  }

  pending(): readonly Fault[] {
    return this.waiting;
  }

  striking(): readonly SharedFault[] {
    return this.shares;
  }

  private repeated(value: unknown): Fault[] {
    const fault = this.read(value);
    const times = isPlainObject(value) ? (value['times'] ?? 1) : 1;
    if (isPlainObject(value) && value['share'] !== undefined) {
      throw new ControlRefusal(400, 'share belongs to a fault of shares, not of next');
    }
    if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > MOST_TIMES) {
      throw new ControlRefusal(400, `times must be a whole number from 1 to ${MOST_TIMES}`);
    }
    return Array.from({ length: times }, () => fault);
  }

  private shared(value: unknown): SharedFault {
    const fault = this.read(value);
    const { share, times } = isPlainObject(value) ? value : {};
    if (times !== undefined) throw new ControlRefusal(400, 'times belongs to a fault of next, not of shares');
    if (typeof share !== 'number' || !(share >= 0 && share <= 1)) {
      throw new ControlRefusal(400, 'share must be a number from 0 to 1');
    }
    return { ...fault, share };
  }

  private read(value: unknown): Fault {
    if (!isPlainObject(value)) throw new ControlRefusal(400, 'a fault must be an object');
    const { when, kind, match = null } = value;
    const surplus = Object.keys(value).find((key) => !KEYS.includes(key));
    if (surplus !== undefined) {
      throw new ControlRefusal(400, `unknown key in a fault: ${surplus}; there are ${KEYS.join(', ')}`);
    }
    if (when !== 'before' && when !== 'after') throw new ControlRefusal(400, 'when must be before or after');
    const known = this.kinds.find((one) => one === kind);
    if (known === undefined) throw new ControlRefusal(400, `kind must be one of ${this.kinds.join(', ')}`);
    if (when === 'after' && NOT_EXECUTED.has(known)) throw new ControlRefusal(400, `${known} can only come before`);
    if (match !== null && typeof match !== 'string') throw new ControlRefusal(400, 'match must be text');
    return { when, kind: known, match };
  }
}
