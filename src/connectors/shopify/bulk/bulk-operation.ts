import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../../application/ports/connector.js';
import type { ErrorClass } from '../../../domain/publishing/system.js';
import { EXCHANGE_MILLISECONDS, faultOf, networkFault } from '../../faults.js';
import { checkedBaseUrl } from '../../system-config.js';
import type { Data, ShopifyClient } from '../calling/shopify-client.js';
import { BULK_STATUS } from '../documents.js';

export type BulkOperation = NonNullable<Data<'BulkStatus'>['bulkOperation']>;

/** A line longer than this is no variant: something else is being downloaded. */
const MAX_LINE_CHARACTERS = 1_000_000;
const FIRST_POLL_MILLISECONDS = 100;
const SLOWEST_POLL_MILLISECONDS = 10_000;
/** Shopify lets a bulk query run for ten days; a scan that takes longer than this tells nothing of today. */
const MAX_SCAN_MILLISECONDS = 6 * 3_600_000;
const UNDER_WAY = new Set(['CREATED', 'RUNNING', 'CANCELING']);

/** Waits for its end. @throws ConnectorError for any but a complete one. */
export async function completed(
  client: ShopifyClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<BulkOperation> {
  let wait = FIRST_POLL_MILLISECONDS;
  for (let waited = 0; waited < MAX_SCAN_MILLISECONDS; waited += wait) {
    await pause(wait, signal);
    const { data } = await client.query(BULK_STATUS, { id }, signal);
    const operation = data.bulkOperation;
    if (operation?.status === 'COMPLETED' && operation.partialDataUrl === null) return operation;
    if (!operation || !UNDER_WAY.has(operation.status)) {
      throw unfinished(`the bulk operation ended as ${operation?.status ?? 'unknown'}`, operation?.errorCode ?? null);
    }
    wait = Math.min(SLOWEST_POLL_MILLISECONDS, wait * 1.5);
  }
  throw unfinished('the bulk operation did not end');
}

/** Does it still go on? One that Shopify does not know any more is over. @throws ConnectorError */
export async function isRunning(client: ShopifyClient, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { data } = await client.query(BULK_STATUS, { id }, signal);
  return data.bulkOperation !== null && UNDER_WAY.has(data.bulkOperation.status);
}

/** The lines of the result, as many at a time as came in together. Its address is signed and lives elsewhere: our token does not go there. */
export async function* linesOf(url: string, signal: AbortSignal | undefined): AsyncGenerator<string[]> {
  const idle = new AbortController();
  const both = signal ? AbortSignal.any([signal, idle.signal]) : idle.signal;
  const response = await unlessIdle(idle, () => fetch(checkedAddress(url), { signal: both }));
  if (!response.ok || !response.body) throw unfinished(`the result could not be fetched: HTTP ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await unlessIdle(idle, () => reader.read());
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw unfinished('the result is no JSONL');
      yield lines.filter((line) => line !== '');
    }
    if (rest !== '') yield [rest];
  } finally {
    // Whoever stops listening half-way must not leave the download running.
    idle.abort();
  }
}

/** A minute-long download is fine as long as something keeps coming. */
async function unlessIdle<T>(idle: AbortController, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => idle.abort(new DOMException('idle', 'TimeoutError')), EXCHANGE_MILLISECONDS);
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw new ConnectorError(networkFault(error, false));
  } finally {
    clearTimeout(timer);
  }
}

export function checkedAddress(url: string): string {
  const { origin } = new URL(url);
  try {
    checkedBaseUrl(origin);
    return url;
  } catch {
    throw unfinished(`the result lies at ${origin}, which is neither https nor loopback`);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw new ConnectorError(networkFault(error, false));
  }
}

/** Codes of bulk operations that failed (BulkOperationErrorCode). */
const CLASSES: Record<string, ErrorClass> = {
  ACCESS_DENIED: 'AUTH',
  INTERNAL_SERVER_ERROR: 'TRANSIENT',
  TIMEOUT: 'TRANSIENT',
};

/** What is told of an operation, or a result, that is not whole. */
export function unfinished(message: string, code: string | null = null): ConnectorError {
  const errorClass = (code === null ? undefined : CLASSES[code]) ?? 'UNKNOWN';
  return new ConnectorError(faultOf(errorClass, `not complete: ${message}`, { code }));
}
