import { ConnectorError } from '../../../application/ports/connector.js';
import type { DeliveryFault } from '../../../domain/publishing/system.js';
import { exchangeSignal, faultOf, networkFault, parsedJson, rawOf, retryAfterSeconds } from '../../faults.js';

/** Where the token of a store comes from. */
export interface TokenSource {
  /** One that is good as far as we know. No caller's signal breaks its renewal off: others may wait for it too. @throws ConnectorError */
  current(): Promise<string>;
  /** The store refused this one. Another to try once, or null where there is none. @throws ConnectorError */
  afterRefusal(refused: string): Promise<string | null>;
  /** Every secret that must be blotted out of what is kept. */
  readonly secrets: readonly string[];
  /** When the one in use ends, by this machine's clock; null where it does not end, or none was asked for yet. */
  readonly endsAt: Date | null;
}

/** A token that an admin made and put into the settings: it does not end, and nothing can renew it. */
export class StaticToken implements TokenSource {
  readonly endsAt = null;

  constructor(private readonly token: string) {}

  get secrets(): string[] {
    return [this.token];
  }

  async current(): Promise<string> {
    return this.token;
  }

  async afterRefusal(): Promise<string | null> {
    return null;
  }
}

/** Renewed at this part of its life: what is under way, and clocks that differ, have the rest. */
const RENEW_AT = 0.8;
/** A failed renewal of a token that still works is not tried again sooner. */
const RENEW_AGAIN_MS = 30_000;
/** A refused token is renewed once; one that is refused so soon after is not what is wrong. */
const FRESH_MS = 10_000;

interface Held {
  token: string;
  gotAt: number;
  lifeMs: number;
}

/**
 * Tokens by client credentials: apps of the Dev Dashboard get ones that live for 24 hours (shopify.md 0 [D]). Kept in
 * memory alone; asked for once however many calls wait; renewed at 80% of their life, and once when one is refused.
 */
export class ClientCredentials implements TokenSource {
  private held: Held | null = null;
  private asking: Promise<Held> | null = null;
  private failedAt = -Infinity;

  constructor(
    private readonly settings: { origin: string; clientId: string; clientSecret: string },
    private readonly now: () => number = Date.now,
  ) {}

  get secrets(): string[] {
    return [this.settings.clientSecret, ...(this.held ? [this.held.token] : [])];
  }

  get endsAt(): Date | null {
    return this.held && new Date(this.held.gotAt + this.held.lifeMs);
  }

  async current(): Promise<string> {
    const { held } = this;
    if (held === null || this.now() >= held.gotAt + held.lifeMs) return (await this.renewed()).token;
    const isDue = this.now() >= held.gotAt + RENEW_AT * held.lifeMs && this.now() >= this.failedAt + RENEW_AGAIN_MS;
    if (!isDue) return held.token;
    try {
      return (await this.renewed()).token;
    } catch {
      // It is good for a while yet, and the next call but a few tries again.
      this.failedAt = this.now();
      return held.token;
    }
  }

  async afterRefusal(refused: string): Promise<string | null> {
    const { held } = this;
    // Somebody else renewed it while our call was on its way.
    if (held !== null && held.token !== refused) return held.token;
    if (held !== null && this.now() < held.gotAt + FRESH_MS) return null;
    return (await this.renewed()).token;
  }

  private async renewed(): Promise<Held> {
    this.asking ??= this.ask();
    try {
      this.held = await this.asking;
      return this.held;
    } finally {
      this.asking = null;
    }
  }

  private async ask(): Promise<Held> {
    const { origin, clientId, clientSecret } = this.settings;
    const gotAt = this.now();
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${origin}/admin/oauth/access_token`, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body,
        redirect: 'error',
        signal: exchangeSignal(undefined),
      });
      text = await response.text();
    } catch (error) {
      throw new ConnectorError(networkFault(error, false));
    }
    if (!response.ok) throw new ConnectorError(refusal(response, text, this.secrets));
    const answer = parsedJson(text);
    const token = fieldOf(answer, 'access_token');
    const seconds = fieldOf(answer, 'expires_in');
    if (typeof token !== 'string' || token === '' || typeof seconds !== 'number' || !(seconds > 0)) {
      const message = 'Shopify answered no token for these client credentials';
      throw new ConnectorError(faultOf('UNKNOWN', message, { code: 'TOKEN_UNREADABLE' }));
    }
    return { token, gotAt, lifeMs: seconds * 1_000 };
  }
}

function refusal(response: Response, text: string, secrets: string[]): DeliveryFault {
  const { status } = response;
  const isBusy = status === 429;
  const errorClass = isBusy ? 'RATE_LIMITED' : status >= 500 ? 'TRANSIENT' : 'AUTH';
  return faultOf(errorClass, `Shopify gave no token for these client credentials: HTTP ${status}`, {
    code: 'TOKEN_REFUSED',
    retryAfterSeconds: retryAfterSeconds(response.headers.get('Retry-After'), Date.now()),
    raw: rawOf(text, secrets),
  });
}

function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
}
