import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../../application/ports/connector.js';
import type { ErrorClass } from '../../../domain/publishing/system.js';
import { EXCHANGE_MILLISECONDS, faultOf, networkFault } from '../../faults.js';
import { checkedBaseUrl } from '../../system-config.js';
import type { Data, ShopifyClient } from '../calling/shopify-client.js';
import { BULK_STATUS } from '../documents.js';

export type BulkOperation = NonNullable<Data<'BulkStatus'>['bulkOperation']>;

/** A line longer than this is no variant: something else is being downloaded. */
const MAX_LINE_BYTES = 1_000_000;
const LINE_END = 0x0a;
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
      const { status = 'unknown', errorCode = null } = operation ?? {};
      throw unfinished(`the bulk operation ended as ${status}${errorCode ? ` (${errorCode})` : ''}`, errorCode);
    }
    wait = Math.min(SLOWEST_POLL_MILLISECONDS, wait * 1.5);
  }
  throw unfinished('the bulk operation did not end');
}

/** Can the result of an earlier operation still be had? Shopify keeps it for a week, and forgets others. @throws ConnectorError */
export async function isGood(client: ShopifyClient, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { data } = await client.query(BULK_STATUS, { id }, signal);
  const operation = data.bulkOperation;
  if (!operation) return false;
  return UNDER_WAY.has(operation.status) || (operation.status === 'COMPLETED' && operation.partialDataUrl === null);
}

/** Does it still go on? One that Shopify does not know any more is over. @throws ConnectorError */
export async function isRunning(client: ShopifyClient, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { data } = await client.query(BULK_STATUS, { id }, signal);
  return data.bulkOperation !== null && UNDER_WAY.has(data.bulkOperation.status);
}

/** The same as text. */
export async function* linesOf(url: string, signal: AbortSignal | undefined): AsyncGenerator<string[]> {
  for await (const lines of rawLinesOf(url, signal)) yield lines.map((line) => line.toString());
}

/** The lines of the result, as many at a time as came in together. Its address is signed and lives elsewhere: our token does not go there. */
export async function* rawLinesOf(url: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer[]> {
  const idle = new AbortController();
  const both = signal ? AbortSignal.any([signal, idle.signal]) : idle.signal;
  const response = await unlessIdle(idle, () => fetch(checkedAddress(url), { signal: both }));
  if (!response.ok || !response.body) throw unfinished(`the result could not be fetched: HTTP ${response.status}`);
  const reader = response.body.getReader();
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const { done, value } = await unlessIdle(idle, () => reader.read());
      if (done) break;
      const { lines, rest: more } = split(rest, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      rest = more;
      if (rest.length > MAX_LINE_BYTES) throw unfinished('the result is no JSONL');
      yield lines;
    }
    if (rest.length > 0) yield [rest];
  } finally {
    // Whoever stops listening half-way must not leave the download running.
    idle.abort();
  }
}

/** Bytes are cut at line ends before they are text: what is not looked into need not become any. */
function split(before: Buffer, bytes: Buffer): { lines: Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
    const part = bytes.subarray(from, end);
    const line = from === 0 && before.length > 0 ? Buffer.concat([before, part]) : part;
    if (line.length > 0) lines.push(line);
    from = end + 1;
  }
  const rest = bytes.subarray(from);
  return { lines, rest: from === 0 ? Buffer.concat([before, rest]) : Buffer.from(rest) };
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
