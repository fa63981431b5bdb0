import { ControlRefusal } from './loopback-server.js';
import { isPlainObject } from './plain-object.js';

const KINDS = ['500', '503', 'reset', 'hang', 'throttled', '401', '429'] as const;

export type FaultKind = (typeof KINDS)[number];

export interface Fault {
  /** `after`: the request was executed and committed, only its answer is lost. */
  when: 'before' | 'after';
  kind: FaultKind;
  /** One of the labels of a request (operation name, `mutation`, `query`, `PUT`, …); any request without it. */
  match: string | null;
}

/** Answers that promise that nothing was executed, so they cannot come after a commit. */
const NOT_EXECUTED: ReadonlySet<FaultKind> = new Set(['throttled', '401', '429']);

/** Faults that wait for their request; each strikes once, the oldest that matches first. */
export class FaultPlan {
  private waiting: Fault[] = [];

  /** @throws ControlRefusal on a fault that is not understood: a test must not pass because its fault never struck. */
  add(body: Record<string, unknown>): number {
    const next = body['next'];
    if (!Array.isArray(next)) throw new ControlRefusal(400, 'next must be a list of faults');
    const faults = next.map(readFault);
    this.waiting.push(...faults);
    return this.waiting.length;
  }

  clear(): void {
    this.waiting = [];
  }

  /** The fault for a request with these labels, taken out of the plan. */
  take(labels: readonly string[]): Fault | null {
    const at = this.waiting.findIndex((fault) => fault.match === null || labels.includes(fault.match));
    return at < 0 ? null : (this.waiting.splice(at, 1)[0] ?? null);
  }

  pending(): readonly Fault[] {
    return this.waiting;
  }
}

function readFault(value: unknown): Fault {
  if (!isPlainObject(value)) throw new ControlRefusal(400, 'a fault must be an object');
  const { when, kind, match = null, ...rest } = value;
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined) throw new ControlRefusal(400, `unknown key in a fault: ${surplus}`);
  if (when !== 'before' && when !== 'after') throw new ControlRefusal(400, 'when must be before or after');
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw new ControlRefusal(400, `kind must be one of ${KINDS.join(', ')}`);
  if (when === 'after' && NOT_EXECUTED.has(known)) throw new ControlRefusal(400, `${known} can only come before`);
  if (match !== null && typeof match !== 'string') throw new ControlRefusal(400, 'match must be text');
  return { when, kind: known, match };
}
