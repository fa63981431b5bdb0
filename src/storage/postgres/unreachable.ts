/** Of the network below a connection. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Class 08 and 57P01 to 57P03 of PostgreSQL: connection exceptions; it is shut down, has crashed, or is starting up. */
const SERVER = /^(08...|57P0[123])$/;
/**
 * What the driver says, without a code, of a connection that ended under a statement; and TypeORM of the statement after that,
 * because it gives such a connection back by itself.
 */
const ENDED =
  /connection terminated|client has encountered a connection error|timeout expired|query runner already released/i;

/**
 * Was it that the database did not answer, rather than what it was asked? Asking again later is then the remedy. An
 * address with several hosts fails with all their errors.
 */
export function isUnreachable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return error.errors.every(isUnreachable);
  if ('driverError' in error && isUnreachable(error.driverError)) return true;
  if ('cause' in error && isUnreachable(error.cause)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
  return NETWORK.has(code) || SERVER.test(code) || ENDED.test(message);
}
