import type { Ports } from '../ports/ports.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';

/**
 * What `read` answers of the past, or of the present where `asOf` is null. An instant that has not come is refused: what
 * will stand then nobody knows, and an answer about an instant must never change. The database's clock decides, by which
 * revisions are dated, so that an `appliedAt` just read is never too early.
 */
export async function readAsOf<T>(
  ports: Pick<Ports, 'catalog'>,
  asOf: Date | null,
  read: () => Promise<T>,
): Promise<Outcome<T>> {
  if (asOf === null) return accepted(await read());
  const [value, now] = await Promise.all([read(), ports.catalog.now()]);
  if (asOf <= now) return accepted(value);
  const message = `asOf lies in the future: it is ${now.toISOString()} now; leave asOf out for the present`;
  return refused(problem('INVALID_FORMAT', message, ['asOf']));
}
