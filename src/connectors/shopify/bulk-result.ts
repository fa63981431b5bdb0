import { ConnectorError } from '../../application/ports/connector.js';
import type { ErrorClass } from '../../domain/publishing/system.js';
import { EXCHANGE_MILLISECONDS, faultOf, networkFault } from '../faults.js';
import { checkedBaseUrl } from '../system-config.js';

/** A line longer than this is no variant: something else is being downloaded. */
const MAX_LINE_BYTES = 1_000_000;
const LINE_END = 0x0a;

/** The lines of a result, as many at a time as came in together. Its address is signed and lives elsewhere: our token does not go there. */
export async function* linesOf(url: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer[]> {
  const idle = new AbortController();
  const both = signal ? AbortSignal.any([signal, idle.signal]) : idle.signal;
  const response = await unlessIdle(idle, () => fetch(checkedAddress(url), { signal: both }));
  if (!response.ok || !response.body) throw partial(`the result could not be fetched: HTTP ${response.status}`);
  const reader = response.body.getReader();
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const { done, value } = await unlessIdle(idle, () => reader.read());
      if (done) break;
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
        const part = bytes.subarray(from, end);
        const line = rest.length > 0 ? Buffer.concat([rest, part]) : part;
        if (line.length > 0) lines.push(line);
        rest = Buffer.alloc(0);
        from = end + 1;
      }
      if (from < bytes.length) rest = Buffer.concat([rest, bytes.subarray(from)]);
      if (rest.length > MAX_LINE_BYTES) throw partial('the result is no JSONL');
      yield lines;
    }
    if (rest.length > 0) yield [rest];
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

function checkedAddress(url: string): string {
  const { origin } = new URL(url);
  try {
    checkedBaseUrl(origin);
    return url;
  } catch {
    throw partial(`the result lies at ${origin}, which is neither https nor loopback`);
  }
}

/** Codes of bulk operations that failed (BulkOperationErrorCode). */
const CLASSES: Record<string, ErrorClass> = {
  ACCESS_DENIED: 'AUTH',
  INTERNAL_SERVER_ERROR: 'TRANSIENT',
  TIMEOUT: 'TRANSIENT',
};

/** The scan is not complete, and says nothing of absence. */
export function partial(message: string, code: string | null = null): ConnectorError {
  const errorClass = (code === null ? undefined : CLASSES[code]) ?? 'UNKNOWN';
  return new ConnectorError(faultOf(errorClass, `scan not complete: ${message}`, { code }));
}
