import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminApiClient } from '@shopify/admin-api-client';
import { ConnectorError } from '../../../application/ports/connector.js';
import type { CallResult } from '../../../application/ports/meter.js';
import type { Urgency } from '../../../application/ports/rate-budget.js';
import { exchangeSignal, faultOf, networkFault, rawOf, withoutSecrets } from '../../faults.js';
import type { AdminOperations } from '../admin-types.generated.js';
import type { AdminDocument } from '../documents.js';
import type { TokenSource } from './access-token.js';
import type { CallPacer } from './call-pacer.js';
import type { CostExtension, TopLevelError, UserError } from './shopify-errors.js';
import { httpFault, refusalOf, topLevelFault } from './shopify-errors.js';

export interface ShopifyClientOptions {
  storeDomain: string;
  /** Replaces `https://{storeDomain}`; already checked. */
  baseUrl: string | null;
  apiVersion: string;
  token: TokenSource;
  pacer: CallPacer;
  /**
   * Told once of each version that answers. Shopify answers a version that is no longer supported with the oldest one that
   * is, without a word (shopify.md 0 [D]).
   */
  onVersion?: (asked: string, answered: string) => void;
  onCall?: (result: CallResult) => void;
  /** Told after each answer that says it. */
  onBucket?: (left: number, full: number) => void;
}

/** The data of a query, and the names of fields that were left out for want of a scope. */
export interface QueryAnswer<T> {
  data: T;
  denied: ReadonlySet<string>;
}

/** What an operation takes, what it answers, and what of that a mutation tells. */
export type Variables<Name extends keyof AdminOperations> = AdminOperations[Name]['variables'];
export type Data<Name extends keyof AdminOperations> = AdminOperations[Name]['data'];
export type Payload<Name extends keyof AdminOperations> = Name extends keyof AdminOperations
  ? NonNullable<Data<Name>[keyof Data<Name>]> & { userErrors: UserError[] }
  : never;

interface Body<T> {
  data?: T | null;
  errors?: TopLevelError[];
  extensions?: { cost?: CostExtension };
}

interface Exchanged {
  status: number;
  headers: Headers;
  text: string;
}

/** Waiting for the rate limit inside one call, in total; more is the delivery's own back-off. */
const THROTTLE_SECONDS = 10;
/** Waits before reads are tried again. */
const READ_RETRY_MILLISECONDS = [200, 1_000];
/** Nobody waits any more for what failed so. */
const HOPELESS_READS = new Set(['TIMEOUT', 'ABORTED', 'NOT_SENT']);

/**
 * Sends one GraphQL document at a time and tells what became of it. Every failure is a ConnectorError: HTTP statuses,
 * broken connections, top-level errors and userErrors alike. A mutation is sent again only after THROTTLED and,
 * with another token, after 401, where it surely was not executed. The library's own retries stay off: it repeats mutations after a reset and reads
 * Retry-After as milliseconds (shopify.md 3.2 [V]).
 */
export class ShopifyClient {
  constructor(
    private readonly options: ShopifyClientOptions,
    private readonly urgency: Urgency = 'PUBLISH',
    private readonly seenVersions = new Set<string>(),
  ) {}

  /** The same client, whose calls are made for somebody else. */
  at(urgency: Urgency): ShopifyClient {
    return new ShopifyClient(this.options, urgency, this.seenVersions);
  }

  get secrets(): string[] {
    return [...this.options.token.secrets];
  }

  /** What answered so far, where it was another version than the one asked for. */
  get strangeVersions(): string[] {
    return [...this.seenVersions].filter((version) => version !== this.options.apiVersion);
  }

  /** @throws ConnectorError */
  async query<Name extends keyof AdminOperations>(
    document: AdminDocument<Name>,
    variables: Variables<Name>,
    signal?: AbortSignal,
  ): Promise<QueryAnswer<Data<Name>>> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.unthrottled<Data<Name>>(document, variables, false, signal);
      } catch (error) {
        const wait = READ_RETRY_MILLISECONDS[attempt];
        if (wait === undefined || !isWorthRetrying(error)) throw error;
        await this.pause(wait * (0.5 + Math.random()), signal);
      }
    }
  }

  /**
   * The one payload of a mutation, without userErrors.
   * @throws ShopifyRefusal for userErrors and bad variables; ConnectorError for all else.
   */
  async mutate<Name extends keyof AdminOperations>(
    document: AdminDocument<Name>,
    variables: Variables<Name>,
    signal?: AbortSignal,
  ): Promise<Payload<Name>> {
    const { data } = await this.unthrottled<Data<Name>>(document, variables, true, signal);
    const payload = payloadOf<Name>(data);
    if (!payload) throw new ConnectorError(faultOf('UNKNOWN', 'Shopify answered no payload', { ambiguous: true }));
    const refusal = refusalOf(payload.userErrors, this.secrets);
    if (refusal) throw refusal;
    return payload;
  }

  private async unthrottled<T extends object>(
    document: string,
    variables: object,
    mutation: boolean,
    signal: AbortSignal | undefined,
  ): Promise<QueryAnswer<T>> {
    let patience = THROTTLE_SECONDS;
    for (;;) {
      try {
        return await this.paced<T>(document, variables, mutation, signal);
      } catch (error) {
        if (!(error instanceof ConnectorError) || error.fault.code !== 'THROTTLED') throw error;
        // Never less than 50 ms, or a bucket that others drain as fast as it fills would be asked without a pause.
        const seconds = Math.max(0.05, error.fault.retryAfterSeconds ?? 1) * (1 + Math.random() / 5);
        if (seconds > patience) throw error;
        patience -= seconds;
        await this.pause(seconds * 1_000, signal);
      }
    }
  }

  private async paced<T extends object>(
    document: string,
    variables: object,
    mutation: boolean,
    signal: AbortSignal | undefined,
  ): Promise<QueryAnswer<T>> {
    const { pacer, onCall, onBucket } = this.options;
    const admission = await pacer.admit(document, variables, this.urgency, signal);
    let cost: CostExtension | undefined;
    try {
      const answer = await this.authorised(document, variables, mutation, signal);
      const body = answer.status === 200 ? bodyOf<T>(answer.text) : undefined;
      cost = body?.extensions?.cost;
      const understood = this.understood<T>(answer, body, mutation);
      onCall?.('OK');
      return understood;
    } catch (error) {
      onCall?.(error instanceof ConnectorError ? error.fault.class : 'UNKNOWN');
      throw error;
    } finally {
      await pacer.settle(admission, document, variables, cost);
      const { currentlyAvailable: left, maximumAvailable: full } = cost?.throttleStatus ?? {};
      if (left !== undefined && full !== undefined) onBucket?.(left, full);
    }
  }

  /** A token that is refused is renewed, and the call made once more: 401 says that nothing was executed. */
  private async authorised(
    document: string,
    variables: object,
    mutation: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Exchanged> {
    const token = await this.options.token.current();
    const answer = await this.exchange(token, document, variables, mutation, signal);
    if (answer.status !== 401) return answer;
    const other = await this.options.token.afterRefusal(token);
    return other === null ? answer : this.exchange(other, document, variables, mutation, signal);
  }

  private async exchange(
    accessToken: string,
    document: string,
    variables: object,
    mutation: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Exchanged> {
    const { storeDomain, baseUrl, apiVersion } = this.options;
    // The library hands on the message of a failure but not its cause, and the cause tells whether anything was sent.
    let cause: unknown = null;
    const client = createAdminApiClient({
      storeDomain,
      apiVersion,
      accessToken,
      userAgentPrefix: 'Skuward',
      retries: 0,
      logger: () => undefined,
      customFetchApi: async (url, init) => {
        try {
          const target = baseUrl === null ? url : `${baseUrl}${new URL(url).pathname}`;
          return await fetch(target, { ...init, redirect: 'error' });
        } catch (error) {
          cause = error;
          throw error;
        }
      },
    });
    try {
      const response = await client.fetch(document, { variables, signal: exchangeSignal(signal) });
      const text = await response.text();
      this.compareVersions(response.headers.get('X-Shopify-API-Version'));
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      const fault = networkFault(cause ?? error, mutation);
      throw new ConnectorError({ ...fault, message: withoutSecrets(fault.message, this.secrets) });
    }
  }

  private understood<T extends object>(
    answer: Exchanged,
    body: Body<T> | null | undefined,
    mutation: boolean,
  ): QueryAnswer<T> {
    if (answer.status !== 200) throw new ConnectorError(httpFault(answer, mutation, this.secrets));
    if (body === undefined) {
      // A body cut short and a proxy's HTML page look alike from here: nothing is known of what was done.
      throw new ConnectorError(
        faultOf('TRANSIENT', 'Shopify answered something that is not JSON', {
          ambiguous: mutation,
          raw: rawOf(answer.text, this.secrets),
        }),
      );
    }
    const errors = Array.isArray(body?.errors) ? body.errors : [];
    const denied = !mutation && body?.data ? deniedFields(errors, body.data) : null;
    if (errors.length > 0 && denied === null)
      throw topLevelFault(errors, body?.extensions?.cost, mutation, this.secrets);
    if (!body?.data || Object.keys(body.data).length === 0) {
      throw new ConnectorError(
        faultOf('UNKNOWN', 'Shopify answered no data', { ambiguous: mutation, raw: rawOf(answer.text, this.secrets) }),
      );
    }
    return { data: body.data, denied: denied ?? new Set() };
  }

  private compareVersions(answered: string | null): void {
    const { apiVersion, onVersion } = this.options;
    if (answered === null || this.seenVersions.has(answered)) return;
    this.seenVersions.add(answered);
    onVersion?.(apiVersion, answered);
  }

  private async pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal });
    } catch (error) {
      throw new ConnectorError(networkFault(error, false));
    }
  }
}

/** A mutation's document names one field, and that is its payload. */
function payloadOf<Name extends keyof AdminOperations>(data: Data<Name>): Payload<Name> | null {
  const [payload]: (Payload<Name> | null)[] = Object.values(data);
  return payload ?? null;
}

/** Shaped as the schema promises for a document that was checked against it; undefined where the text is no JSON. */
function bodyOf<T>(text: string): Body<T> | null | undefined {
  try {
    const body: Body<T> | null = JSON.parse(text);
    return body;
  } catch {
    return undefined;
  }
}

/** Reads only. A hung system is not asked again: 20 s of the lease are gone already. */
function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof ConnectorError) || error.fault.class !== 'TRANSIENT') return false;
  return !HOPELESS_READS.has(error.fault.code ?? '');
}

/**
 * Names of the fields that a missing scope took out of an answer that is whole otherwise; null for any other errors. A field
 * that may not be null takes along what it is in, a whole product as well: that would look like one which is gone.
 */
function deniedFields(errors: TopLevelError[], data: unknown): Set<string> | null {
  const names = new Set<string>();
  for (const { path = [], extensions } of errors) {
    const name = path.findLast((segment) => typeof segment === 'string');
    if (extensions?.code !== 'ACCESS_DENIED' || typeof name !== 'string' || isTakenAlong(data, path)) return null;
    names.add(name);
  }
  return names;
}

/** Is a place of an answer one of a list, or what it is in null itself? */
function isTakenAlong(data: unknown, path: readonly (string | number)[]): boolean {
  if (typeof path.at(-1) === 'number') return true;
  let at: unknown = data;
  for (const segment of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) break;
    at = Object.entries(at).find(([key]) => key === String(segment))?.[1];
  }
  return at === null;
}
