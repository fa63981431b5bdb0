import { ConnectorError } from '../../application/ports/connector.js';
import type { CallResult } from '../../application/ports/meter.js';
import type { Json } from '../../domain/primitives/json.js';
import type { DeliveryFault } from '../../domain/publishing/system.js';
import type { ExchangeGate } from '../exchange-gate.js';
import { exchangeSignal, faultOf, networkFault, parsedJson, withoutSecrets } from '../faults.js';
import { httpFault, noAnswer, rpcFault } from './tryton-errors.js';
import { isRow } from './tryton-wire.js';

/** A refused sign-in is not tried again so soon: Tryton makes each wait longer, and locks the user out after six. */
const REFUSED_MS = 60_000;

export interface TrytonAccess {
  baseUrl: string;
  database: string;
  user: string;
  password: string;
}

interface Exchange {
  method: string;
  params: Json[];
  write: boolean;
  authorization: string | null;
  signal: AbortSignal | undefined;
}

type Heard = { result: Json } | { fault: DeliveryFault };

/**
 * JSON-RPC with one Tryton database, signed in as one user. A session is made when it is first needed and again when
 * Tryton has forgotten it; a key for applications does not open JSON-RPC. Every failure is a ConnectorError.
 */
export class TrytonSession {
  private authorization: string | null = null;
  private signingIn: Promise<string> | null = null;
  private refused: { fault: DeliveryFault; until: number } | null = null;
  private id = 0;

  constructor(
    private readonly access: TrytonAccess,
    private readonly gate: ExchangeGate,
    private readonly onCall: (result: CallResult) => void = () => {},
  ) {}

  /** Asks a model; nothing is changed by it, so that it may be asked again. */
  read(method: string, params: Json[], signal?: AbortSignal): Promise<Json> {
    return this.call(method, params, false, signal);
  }

  /** Changes something: where nobody knows whether it happened, the fault is ambiguous. */
  write(method: string, params: Json[], signal?: AbortSignal): Promise<Json> {
    return this.call(method, params, true, signal);
  }

  private async call(method: string, params: Json[], write: boolean, signal: AbortSignal | undefined): Promise<Json> {
    const authorization = await this.signedIn(signal);
    const first = await this.heard({ method, params, write, authorization, signal });
    if (!('fault' in first)) return first.result;
    if (first.fault.code !== 'HTTP_401') throw new ConnectorError(first.fault);
    // The session was over before anything was done: nothing is repeated by asking once more.
    if (this.authorization === authorization) this.authorization = null;
    const again = await this.heard({ method, params, write, authorization: await this.signedIn(signal), signal });
    if ('fault' in again) throw new ConnectorError(again.fault);
    return again.result;
  }

  /** Whoever needs a session while one is being made waits for that one. */
  private async signedIn(signal: AbortSignal | undefined): Promise<string> {
    if (this.authorization !== null) return this.authorization;
    this.signingIn ??= this.signIn().finally(() => {
      this.signingIn = null;
    });
    return orBrokenOff(this.signingIn, signal);
  }

  private async signIn(): Promise<string> {
    if (this.refused && this.refused.until > performance.now()) throw new ConnectorError(this.refused.fault);
    this.refused = null;
    const { user, password } = this.access;
    const params = [user, { password }, 'en'];
    const exchange = { method: 'common.db.login', params, write: false, authorization: null, signal: undefined };
    const heard = await this.heard(exchange);
    const [userId, session] = 'result' in heard && Array.isArray(heard.result) ? heard.result : [];
    if (typeof userId === 'number' && typeof session === 'string') {
      this.authorization = `Session ${Buffer.from(`${user}:${userId}:${session}`).toString('base64')}`;
      return this.authorization;
    }
    const fault =
      'fault' in heard
        ? ofSignIn(heard.fault)
        : faultOf('UNKNOWN', 'Tryton answered the sign-in with something that is no session');
    if (fault.class === 'AUTH' || fault.class === 'RATE_LIMITED')
      this.refused = { fault, until: performance.now() + REFUSED_MS };
    throw new ConnectorError(fault);
  }

  private async heard(exchange: Exchange): Promise<Heard> {
    const heard = await this.exchange(exchange);
    this.onCall('fault' in heard ? heard.fault.class : 'OK');
    return heard;
  }

  private async exchange({ method, params, write, authorization, signal }: Exchange): Promise<Heard> {
    const { baseUrl, database } = this.access;
    this.id += 1;
    const body = JSON.stringify({ id: this.id, method, params });
    let isSent = false;
    try {
      return await this.gate.pass(async () => {
        isSent = true;
        const response = await fetch(`${baseUrl}/${encodeURIComponent(database)}/`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            ...(authorization === null ? {} : { Authorization: authorization }),
          },
          body,
          // A redirect would carry the session to wherever it points.
          redirect: 'error',
          signal: exchangeSignal(signal),
        });
        return this.understood(response, await response.text(), write);
      }, signal);
    } catch (error) {
      const fault = networkFault(error, write && isSent);
      return { fault: { ...fault, message: withoutSecrets(fault.message, this.secrets()) } };
    }
  }

  private understood(response: Response, text: string, write: boolean): Heard {
    if (!response.ok) return { fault: httpFault(response, text, write, this.secrets()) };
    const answer = parsedJson(text);
    if (!isRow(answer)) return { fault: noAnswer(text, write, this.secrets()) };
    const { error, result } = answer;
    if (error !== undefined) return { fault: rpcFault(error, write, this.secrets()) };
    return result === undefined ? { fault: noAnswer(text, write, this.secrets()) } : { result };
  }

  private secrets(): string[] {
    return [this.access.password, ...(this.authorization === null ? [] : [this.authorization])];
  }
}

/**
 * What Tryton breaks over here is not what was asked of it, which nobody has told it yet: such as while it opens another
 * database for the first time, when it answers sign-ins to all others with an error without a word.
 */
function ofSignIn(fault: DeliveryFault): DeliveryFault {
  return fault.code === 'SERVER_ERROR' ? { ...fault, class: 'TRANSIENT' } : fault;
}

/** What several wait for: one who leaves does not take along the others. */
export function orBrokenOff<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  awaited.catch(() => {});
  return signal ? Promise.race([awaited, brokenOff(signal)]) : awaited;
}

function brokenOff(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const leave = (): void => reject(new ConnectorError(networkFault(signal.reason, false)));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}
