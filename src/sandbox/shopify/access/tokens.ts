import { randomBytes } from 'node:crypto';
import type { Answer, Request } from '../../loopback-server.js';
import { ControlRefusal } from '../../loopback-server.js';
import { isPlainObject, parseJson } from '../../plain-object.js';
import type { VirtualClock } from '../../virtual-clock.js';
import type { Account } from './account.js';

/** Tokens by client credentials live for a day [D: shopify.md 0]. */
const LIFE_SECONDS = 86_399;
const KEYS = ['permanent', 'lifeSeconds', 'revoke'];

export interface TokenSettings {
  clock: VirtualClock;
  account: Account;
  /** Works until it is taken away: what apps that were made in the admin before 2026 have. */
  permanentToken: string;
  clientId: string;
  clientSecret: () => string;
}

/** Access tokens: the permanent one, and those that are given for client credentials and expire. */
export class Tokens {
  private isPermanentValid = true;
  private lifeSeconds = LIFE_SECONDS;
  private readonly expiryMs = new Map<string, number>();

  constructor(private readonly settings: TokenSettings) {}

  isValid(token: string | undefined): boolean {
    const { clock, permanentToken } = this.settings;
    if (token === permanentToken) return this.isPermanentValid;
    return (this.expiryMs.get(token ?? '') ?? 0) > clock.now();
  }

  /** `POST /admin/oauth/access_token`: a form or JSON, as documented [D]; the words of refusals are ours. */
  issue(request: Request): Answer {
    const { account, clientId, clientSecret, clock } = this.settings;
    const fields = fieldsOf(request);
    if (fields['grant_type'] !== 'client_credentials') return refused('unsupported_grant_type');
    if (fields['client_id'] !== clientId || fields['client_secret'] !== clientSecret())
      return refused('invalid_client');
    if (account.state === 'uninstalled') return refused('app_not_installed');
    const token = `shpat_${randomBytes(16).toString('hex')}`;
    this.expiryMs.set(token, clock.now() + this.lifeSeconds * 1000);
    const json = { access_token: token, scope: account.scopes.join(','), expires_in: this.lifeSeconds };
    return { status: 200, json };
  }

  /**
   * `{permanent?, lifeSeconds?, revoke?: "all" | <token>}`.
   * @throws ControlRefusal
   */
  configure(body: Record<string, unknown>): object {
    const surplus = Object.keys(body).find((key) => !KEYS.includes(key));
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are ${KEYS.join(', ')}`);
    const { permanent = this.isPermanentValid, lifeSeconds = this.lifeSeconds, revoke } = body;
    if (typeof permanent !== 'boolean') throw new ControlRefusal(400, 'permanent must be true or false');
    if (typeof lifeSeconds !== 'number' || !(lifeSeconds > 0)) {
      throw new ControlRefusal(400, 'lifeSeconds must be a number above 0');
    }
    if (revoke !== undefined && revoke !== 'all' && !(typeof revoke === 'string' && this.expiryMs.has(revoke))) {
      throw new ControlRefusal(
        typeof revoke === 'string' ? 404 : 400,
        'revoke must be "all" or a token that was given',
      );
    }
    this.isPermanentValid = permanent;
    this.lifeSeconds = lifeSeconds;
    if (revoke === 'all') this.expiryMs.clear();
    else if (typeof revoke === 'string') this.expiryMs.delete(revoke);
    const { clock } = this.settings;
    const valid = [...this.expiryMs.values()].filter((expiry) => expiry > clock.now()).length;
    return { permanent, lifeSeconds, valid };
  }

  reset(): void {
    this.isPermanentValid = true;
    this.lifeSeconds = LIFE_SECONDS;
    this.expiryMs.clear();
  }
}

function fieldsOf({ body, headers }: Request): Record<string, unknown> {
  const text = body.toString('utf8');
  if (!(headers['content-type'] ?? '').includes('json')) return Object.fromEntries(new URLSearchParams(text));
  const value = parseJson(text);
  return isPlainObject(value) ? value : {};
}

function refused(error: string): Answer {
  return { status: 400, json: { error, error_description: `Oauth error ${error}` } };
}
