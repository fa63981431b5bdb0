import { ConnectorError } from '../../application/ports/connector.js';
import type { CallResult } from '../../application/ports/meter.js';
import type { Json } from '../../domain/primitives/json.js';
import type { DeliveryFault, ErrorClass } from '../../domain/publishing/system.js';
import type { ExchangeGate } from '../exchange-gate.js';
import {
  cleanOf,
  exchangeSignal,
  faultOf,
  networkFault,
  parsedJson,
  rawOf,
  shortened,
  retryAfterSeconds,
  withoutSecrets,
} from '../faults.js';

export interface ErpAnswer {
  status: number;
  body: { [key: string]: Json };
  etag: string | null;
  /** By the server's own clock, to the second; null where it does not say. */
  answeredAt: Date | null;
}

/** Statuses that are part of the conversation and not faults; the connector reads them itself. */
export interface ErpRequest {
  method: 'GET' | 'PUT';
  /** Below the base address, with its query. */
  path: string;
  headers?: Record<string, string>;
  body?: Json;
  signal?: AbortSignal | undefined;
}

/** Of the generic contract (design 7); all other 4xx are bad input, all other 5xx the ERP's own trouble. */
const CLASSES: Record<number, ErrorClass> = {
  401: 'AUTH',
  403: 'AUTH',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  412: 'CONFLICT',
  429: 'RATE_LIMITED',
};

/** One HTTP exchange with an ERP that speaks the generic contract. Every failure is a ConnectorError. */
export class ErpClient {
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
    private readonly gate: ExchangeGate,
    private readonly onCall: (result: CallResult) => void = () => {},
  ) {}

  /** The JSON object of a 2xx answer. @throws ConnectorError for all else. */
  async send(request: ErpRequest): Promise<ErpAnswer> {
    try {
      const answer = await this.sendOnce(request);
      this.onCall('OK');
      return answer;
    } catch (error) {
      this.onCall(error instanceof ConnectorError ? error.fault.class : 'UNKNOWN');
      throw error;
    }
  }

  private async sendOnce(request: ErpRequest): Promise<ErpAnswer> {
    const write = request.method !== 'GET';
    const { response, text } = await this.exchange(request, write);
    if (!response.ok) throw new ConnectorError(this.httpFault(response, text, write));
    const body = parsedJson(text);
    if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body)) {
      const raw = rawOf(text, [this.token]);
      throw new ConnectorError(
        faultOf('UNKNOWN', 'the ERP answered something that is no JSON object', { ambiguous: write, raw }),
      );
    }
    const date = Date.parse(response.headers.get('Date') ?? '');
    const answeredAt = Number.isNaN(date) ? null : new Date(date);
    return { status: response.status, body, etag: response.headers.get('ETag'), answeredAt };
  }

  private async exchange(request: ErpRequest, write: boolean): Promise<{ response: Response; text: string }> {
    let isSent = false;
    try {
      return await this.gate.pass(async () => {
        isSent = true;
        const response = await fetch(`${this.baseUrl}${request.path}`, this.fetchOptions(request));
        return { response, text: await response.text() };
      }, request.signal);
    } catch (error) {
      const fault = networkFault(error, write && isSent);
      throw new ConnectorError({ ...fault, message: withoutSecrets(fault.message, [this.token]) });
    }
  }

  private fetchOptions({ method, headers, body, signal }: ErpRequest): RequestInit {
    return {
      method,
      headers: {
        ...headers,
        Authorization: `Bearer ${this.token}`,
        Accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
      signal: exchangeSignal(signal),
    };
  }

  /** Problem details (RFC 9457) give the message; a 5xx leaves open whether a write happened. */
  private httpFault(response: Response, text: string, write: boolean): DeliveryFault {
    const { status } = response;
    const answer = cleanOf(text, [this.token]);
    const raw = shortened(answer);
    // A page says that nobody is at this address, a gateway on a bad day perhaps; that an item is gone, only the ERP can say.
    if (status === 404 && isPage(response)) {
      return faultOf('UNKNOWN', 'a page of HTML answered with HTTP 404, and not the ERP', { code: 'PAGE', raw });
    }
    const errorClass = CLASSES[status] ?? (status >= 500 ? 'TRANSIENT' : status >= 400 ? 'VALIDATION' : 'UNKNOWN');
    const message = problemText(answer) ?? `the ERP answered HTTP ${status}`;
    return faultOf(errorClass, message, {
      code: String(status),
      retryAfterSeconds: retryAfterSeconds(response.headers.get('Retry-After'), Date.now()),
      ambiguous: write && (errorClass === 'TRANSIENT' || errorClass === 'UNKNOWN'),
      raw,
    });
  }
}

function isPage({ headers }: Response): boolean {
  return /\bhtml\b/i.test(headers.get('Content-Type') ?? '');
}

function problemText(answer: Json): string | null {
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return null;
  const { title, detail, errors } = answer;
  const fields = Array.isArray(errors) ? errors.map(fieldProblem) : [];
  const parts = [title, detail, ...fields].filter((part) => typeof part === 'string').filter(Boolean);
  return parts.length > 0 ? parts.join(': ') : null;
}

function fieldProblem(error: Json): string {
  if (error === null || typeof error !== 'object' || Array.isArray(error)) return '';
  return [error['pointer'], error['detail']].filter((part) => typeof part === 'string').join(' ');
}
