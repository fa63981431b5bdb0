import type { ClaimedAlert } from '../../application/ports/alert-store.js';
import type { Messenger, Sending } from '../../application/ports/messenger.js';
import { networkFault, retryAfterSeconds } from '../faults.js';
import { messageOf } from './block-kit.js';

/** Shorter than the outbox's lease, so that nobody sends what this attempt is still sending. */
const TIMEOUT_MS = 10_000;
/** What Slack asks for where it says 429 and not for how long. */
const RATE_SECONDS = 30;

/** Slack's own words for a webhook, channel or workspace that takes nothing any more (docs.slack.dev, incoming webhooks). */
const CLOSED = new Set([
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'invalid_token',
  'no_active_hooks',
  'no_service',
  'no_service_id',
  'no_team',
  'posting_to_general_channel_denied',
  'team_disabled',
  'user_not_found',
]);

/**
 * Sends to a Slack incoming webhook, by fetch and not by `@slack/webhook`: that has no timeout by itself, puts the one that
 * it is given into the message, hides Retry-After in the error of another library, keeps the address (a secret) in its
 * errors, and takes any page with status 200 for success.
 */
export class SlackMessenger implements Messenger {
  private readonly publicUrl: string;

  /** @param url the secret. @param publicUrl where the links of a message point to. */
  constructor(
    private readonly url: string,
    publicUrl: string,
    private readonly timeoutMs: number = TIMEOUT_MS,
  ) {
    this.publicUrl = publicUrl.replace(/\/+$/, '');
  }

  async send(alert: ClaimedAlert): Promise<Sending> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(messageOf(alert, this.publicUrl)),
        // The address is the secret: it is followed nowhere.
        redirect: 'manual',
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      return understood(response, (await response.text()).trim());
    } catch (error) {
      return networkFailure(error);
    }
  }
}

function understood(response: Response, text: string): Sending {
  const { status } = response;
  if (status === 200 && text === 'ok') return { kind: 'SENT' };
  // A page is somebody else's: a proxy, a portal. Only words that can be Slack's are repeated.
  const word = /^[a-z_]{2,64}$/.test(text) ? text : null;
  const error = `Slack answered HTTP ${status}${word ? ` ${word}` : text === '' ? '' : ', and not in its own words'}`;
  if (status === 429) {
    const seconds = retryAfterSeconds(response.headers.get('retry-after'), Date.now()) ?? RATE_SECONDS;
    return { kind: 'LATER', seconds: Math.max(1, seconds), error, unsure: false };
  }
  // A 5xx may come after the message was taken.
  if (status >= 500) return { kind: 'LATER', seconds: null, error, unsure: true };
  if (status === 408 || status === 425) return { kind: 'LATER', seconds: null, error, unsure: false };
  if (status < 300) return { kind: 'LATER', seconds: null, error, unsure: false };
  if (status < 400) return { kind: 'CLOSED', error: `${error}: it points elsewhere, which is not followed` };
  const isClosed = (word !== null && CLOSED.has(word)) || [401, 403, 404, 410].includes(status);
  return { kind: isClosed ? 'CLOSED' : 'REFUSED', error };
}

/** By its code alone: the message of a failure may quote the address. */
function networkFailure(error: unknown): Sending {
  const { code, ambiguous } = networkFault(error, true);
  const told = code === 'TIMEOUT' ? 'no answer in time' : `no answer${code === null ? '' : `: ${code}`}`;
  return { kind: 'LATER', seconds: null, error: `Slack gave ${told}`, unsure: ambiguous };
}
