import { ControlRefusal } from '../../loopback-server.js';
import type { Answer } from '../../loopback-server.js';
import { scopeHandles } from './scopes.js';

/** What the shop, or Shopify, may have done to the app. */
const STATES = ['active', 'frozen', 'forbidden', 'locked', 'banned', 'disabled', 'uninstalled'] as const;
const KEYS = ['state', 'scopes', 'versions'];
const SUPPORTED = ['2026-07', '2026-10'];

type State = (typeof STATES)[number];

/** HTTP answers of a shop that cannot be worked with, in the documented statuses [D: shopify.md 3.1]; the words are ours. */
const REFUSALS: Record<State, Answer | null> = {
  active: null,
  frozen: { status: 402, json: { errors: 'This shop is frozen. The owner has to pay.' } },
  forbidden: { status: 403, json: { errors: 'Forbidden' } },
  locked: { status: 423, json: { errors: 'This shop is unavailable.' } },
  banned: { status: 430, json: { errors: 'Security rejection' } },
  disabled: { status: 540, json: { errors: 'Temporarily disabled' } },
  uninstalled: {
    status: 401,
    json: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
  },
};

/** How the app stands in the shop: `POST /control/account`. */
export class Account {
  state: State = 'active';
  scopes: readonly string[] = scopeHandles();
  /** Versions that are served as they are asked for. */
  private versions: readonly string[] = SUPPORTED;

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const surplus = Object.keys(body).find((key) => !KEYS.includes(key));
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ${KEYS.join(', ')}`);
    const { state = this.state, scopes = this.scopes, versions = this.versions } = body;
    const known = STATES.find((one) => one === state);
    if (known === undefined) throw new ControlRefusal(400, `state must be one of ${STATES.join(', ')}`);
    const handles = texts(scopes, 'scopes');
    const strange = handles.find((one) => !scopeHandles().includes(one));
    if (strange !== undefined) {
      throw new ControlRefusal(400, `unknown scope: ${strange}; there are ${scopeHandles().join(', ')}`);
    }
    const served = texts(versions, 'versions');
    if (served.length === 0 || served.some((one) => !SUPPORTED.includes(one))) {
      throw new ControlRefusal(400, `versions must be some of ${SUPPORTED.join(', ')}`);
    }
    Object.assign(this, { state: known, scopes: handles, versions: served });
    return { state: known, scopes: handles, versions: served };
  }

  reset(): void {
    Object.assign(this, { state: 'active', scopes: scopeHandles(), versions: SUPPORTED });
  }

  refusal(): Answer | null {
    return REFUSALS[this.state];
  }

  /**
   * The version that answers what was asked for: one that is no longer served falls forward to the oldest that is,
   * without a word but in the header [D: shopify.md 0]; null for one that was never there.
   */
  answering(version: string): string | null {
    if (this.versions.includes(version)) return version;
    const [oldest = null] = [...this.versions].sort();
    return /^20\d\d-(?:01|04|07|10)$/.test(version) && oldest !== null && version < oldest ? oldest : null;
  }
}

function texts(value: unknown, key: string): string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new ControlRefusal(400, `${key} must be a list of texts`);
}
