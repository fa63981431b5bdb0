import { ControlRefusal } from '../../loopback-server.js';

const MODES = ['on', 'lost', 'doubled'] as const;
const DOUBLES = ['sameId', 'otherId'] as const;
const SHARES = ['lossShare', 'doubleShare', 'badSignatureShare', 'lateShare'] as const;
const TIMES = ['delayMs', 'jitterMs', 'coalesceMs', 'lateSeconds'] as const;

/** How webhooks travel: `POST /control/webhooks`. */
export interface Travel {
  /** `lost` and `doubled` are all of them. */
  mode: (typeof MODES)[number];
  /** From the commit to the first attempt. */
  delayMs: number;
  /** Up to so much longer, by chance: they overtake each other. */
  jitterMs: number;
  /** Changes of one resource within this time give one webhook [D]. */
  coalesceMs: number;
  lossShare: number;
  doubleShare: number;
  /** Whether the second of a pair carries the Webhook-Id of the first. */
  doubleWith: (typeof DOUBLES)[number];
  badSignatureShare: number;
  /** These come `lateSeconds` after the others: a day, as the documentation warns [D]. */
  lateShare: number;
  lateSeconds: number;
}

const USUAL: Travel = {
  mode: 'on',
  delayMs: 50,
  jitterMs: 0,
  coalesceMs: 0,
  lossShare: 0,
  doubleShare: 0,
  doubleWith: 'sameId',
  badSignatureShare: 0,
  lateShare: 0,
  lateSeconds: 86_400,
};

export class WebhookPlan {
  travel: Travel = { ...USUAL };
  /** The secret that signs; a new one takes the place of the old at once. */
  secret: string;

  constructor(private readonly firstSecret: string) {
    this.secret = firstSecret;
  }

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const keys = [...Object.keys(USUAL), 'secret'];
    const surplus = Object.keys(body).find((key) => !keys.includes(key));
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ${keys.join(', ')}`);
    const { secret = this.secret, ...rest } = body;
    const wanted = { ...this.travel, ...rest };
    const mode = MODES.find((one) => one === wanted.mode);
    if (mode === undefined) throw new ControlRefusal(400, `mode must be one of ${MODES.join(', ')}`);
    const doubleWith = DOUBLES.find((one) => one === wanted.doubleWith);
    if (doubleWith === undefined) throw new ControlRefusal(400, `doubleWith must be one of ${DOUBLES.join(', ')}`);
    for (const key of SHARES) {
      if (typeof wanted[key] !== 'number' || !(wanted[key] >= 0 && wanted[key] <= 1)) {
        throw new ControlRefusal(400, `${key} must be a number from 0 to 1`);
      }
    }
    for (const key of TIMES) {
      if (typeof wanted[key] !== 'number' || !(wanted[key] >= 0)) {
        throw new ControlRefusal(400, `${key} must be a number from 0`);
      }
    }
    if (typeof secret !== 'string' || secret === '') throw new ControlRefusal(400, 'secret must be text');
    this.travel = wanted;
    this.secret = secret;
    return { ...wanted, hasFirstSecret: secret === this.firstSecret };
  }

  reset(): void {
    this.travel = { ...USUAL };
    this.secret = this.firstSecret;
  }
}
