import { ControlRefusal } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';

const ERROR_CODES = ['ACCESS_DENIED', 'INTERNAL_SERVER_ERROR', 'TIMEOUT'] as const;
const KEYS = ['rowsPerSecond', 'shuffled', 'urlLifeSeconds', 'next'];
const URL_LIFE_SECONDS = 7 * 86_400;

/** What becomes of one operation that is still to be started. */
export interface BulkFate {
  fail: (typeof ERROR_CODES)[number] | null;
  /** It ends badly only after so many rows, which `partialDataUrl` then holds. */
  afterRows: number;
  /** It runs until it is cancelled. */
  stuck: boolean;
}

export const NO_FATE: BulkFate = { fail: null, afterRows: 0, stuck: false };

/** How bulk operations go: `POST /control/bulk`. */
export class BulkPlan {
  /** Null is as fast as it can. */
  rowsPerSecond: number | null = null;
  shuffled = false;
  /** How long a result can be fetched: seven days [D]. */
  urlLifeSeconds = URL_LIFE_SECONDS;
  private waiting: BulkFate[] = [];

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const surplus = Object.keys(body).find((key) => !KEYS.includes(key));
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ${KEYS.join(', ')}`);
    const { rowsPerSecond = this.rowsPerSecond, shuffled = this.shuffled, next = [] } = body;
    const { urlLifeSeconds = this.urlLifeSeconds } = body;
    if (rowsPerSecond !== null && !(typeof rowsPerSecond === 'number' && rowsPerSecond > 0)) {
      throw new ControlRefusal(400, 'rowsPerSecond must be a number above 0, or null for no limit');
    }
    if (typeof shuffled !== 'boolean') throw new ControlRefusal(400, 'shuffled must be true or false');
    if (typeof urlLifeSeconds !== 'number' || urlLifeSeconds < 0) {
      throw new ControlRefusal(400, 'urlLifeSeconds must be a number from 0');
    }
    if (!Array.isArray(next)) throw new ControlRefusal(400, 'next must be a list of {fail?, afterRows?, stuck?}');
    const fates = next.map(readFate);
    Object.assign(this, { rowsPerSecond, shuffled, urlLifeSeconds });
    this.waiting.push(...fates);
    return { rowsPerSecond, shuffled, urlLifeSeconds, next: this.waiting };
  }

  /** The fate of an operation that starts now. */
  take(): BulkFate {
    return this.waiting.shift() ?? NO_FATE;
  }

  reset(): void {
    Object.assign(this, { rowsPerSecond: null, shuffled: false, urlLifeSeconds: URL_LIFE_SECONDS, waiting: [] });
  }
}

function readFate(value: unknown): BulkFate {
  if (!isPlainObject(value)) throw new ControlRefusal(400, 'next must hold objects {fail?, afterRows?, stuck?}');
  const { fail = null, afterRows = 0, stuck = false, ...rest } = value;
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined) throw new ControlRefusal(400, `unknown key in next: ${surplus}`);
  const known = ERROR_CODES.find((one) => one === fail) ?? null;
  if (fail !== null && known === null) throw new ControlRefusal(400, `fail must be one of ${ERROR_CODES.join(', ')}`);
  if (typeof afterRows !== 'number' || !Number.isInteger(afterRows) || afterRows < 0) {
    throw new ControlRefusal(400, 'afterRows must be a whole number from 0');
  }
  if (typeof stuck !== 'boolean') throw new ControlRefusal(400, 'stuck must be true or false');
  if ((known === null) === !stuck) throw new ControlRefusal(400, 'a fate is either fail or stuck');
  return { fail: known, afterRows, stuck };
}
