import { ConnectorError } from '../../../src/application/ports/connector.js';
import type { DeliveryFault } from '../../../src/domain/publishing/system.js';
import type { Dice } from '../dice.js';
import type { Answer, Process, Scheduler } from '../scheduler.js';

/** Troubles of one exchange with a system. Those from LOST_BEFORE on leave whoever asked in the dark. */
export const TROUBLES = ['THROTTLED', 'UNAVAILABLE', 'REFUSED', 'LOST_BEFORE', 'LOST_AFTER', 'LATE'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Whoever asked gives up after this (design section 3, rule 4). */
const TIMEOUT_MS = 20_000;
/** What was sent arrives within this time, or never (design section 3, rule 4: whoever comes next waits so long). */
const LATEST_MS = 29_000;
/** What arrives sooner than this is hardly late. */
const EARLIEST_MS = 10_000;

/** Requests and answers between the master's processes and one system, and what goes wrong with them. */
export class Wire {
  /** Troubles to come, in their order, of the next exchanges of that sort. */
  readonly troubles: { on: 'READ' | 'WRITE'; trouble: Trouble }[] = [];

  constructor(
    private readonly scheduler: Scheduler,
    private readonly dice: Dice,
    private readonly tell: (line: string) => void,
  ) {}

  /** One exchange. @throws ConnectorError what the system or the network did. */
  exchange<T>(
    process: Process,
    on: 'READ' | 'WRITE',
    label: string,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> {
    const run = async (): Promise<Answer<T>> => {
      if (signal?.aborted) return failed(fault('TRANSIENT', 'ABORTED', 'too late to be sent', false));
      const index = this.troubles.findIndex((each) => each.on === on);
      const trouble = index < 0 ? null : (this.troubles.splice(index, 1)[0]?.trouble ?? null);
      const note = trouble === null ? '' : `: ${trouble}`;
      this.tell(`${process.name} ${label}${note}`);
      return trouble === null ? this.done(act) : this.troubled(trouble, on, label, act);
    };
    // What was on the wire when the machine crashed may arrive all the same.
    const onCrash = (): void => {
      if (on === 'WRITE' && !signal?.aborted && this.dice.chance(0.5)) this.later(label, act);
    };
    return process.call(label, run, onCrash);
  }

  private async done<T>(act: () => Promise<T>): Promise<Answer<T>> {
    try {
      return { outcome: { ok: true, value: await act() }, delayMs: this.dice.between(1, 400) };
    } catch (error) {
      if (error instanceof ConnectorError) return { outcome: { ok: false, error } };
      throw error;
    }
  }

  private async troubled<T>(
    trouble: Trouble,
    on: 'READ' | 'WRITE',
    label: string,
    act: () => Promise<T>,
  ): Promise<Answer<T>> {
    const ambiguous = on === 'WRITE';
    switch (trouble) {
      case 'THROTTLED':
        return failed(fault('RATE_LIMITED', '429', 'slow down', false, this.dice.between(1, 20)));
      case 'UNAVAILABLE':
        return failed(fault('TRANSIENT', '503', 'not now', false));
      case 'REFUSED':
        return failed(on === 'READ' ? fault('TRANSIENT', '503', 'not now', false) : REFUSAL);
      case 'LOST_BEFORE':
        return failed(fault('TRANSIENT', 'TIMEOUT', 'no answer', ambiguous), TIMEOUT_MS);
      case 'LOST_AFTER':
        await this.done(act);
        return failed(fault('TRANSIENT', 'TIMEOUT', 'no answer', ambiguous), TIMEOUT_MS);
      case 'LATE':
        if (on === 'WRITE') this.later(label, act);
        return failed(fault('TRANSIENT', 'TIMEOUT', 'no answer', ambiguous), TIMEOUT_MS);
    }
  }

  private later<T>(label: string, act: () => Promise<T>): void {
    const at = this.scheduler.now + this.dice.between(EARLIEST_MS, LATEST_MS);
    this.scheduler.at(at, async () => {
      this.tell(`what was sent arrives late: ${label}`);
      await this.done(act);
    });
  }
}

const REFUSAL = fault('VALIDATION', '422', 'refused', false);

export function fault(
  kind: DeliveryFault['class'],
  code: string,
  message: string,
  ambiguous: boolean,
  retryAfterSeconds: number | null = null,
): ConnectorError {
  return new ConnectorError({ class: kind, code, message, retryAfterSeconds, ambiguous, raw: null });
}

function failed<T>(error: ConnectorError, delayMs = 0): Answer<T> {
  return { outcome: { ok: false, error }, delayMs };
}

/** The fault of a call that failed. @throws what is no fault of the system: a process that died, or our own slip. */
export function faultIn(error: unknown): DeliveryFault {
  if (error instanceof ConnectorError) return error.fault;
  throw error;
}
