import type { Check } from '../application/ports/connector.js';
import { ConnectorError } from '../application/ports/connector.js';

/** All is well. */
export function ok(subject: string, message: string): Check {
  return { subject, state: 'OK', message, remedy: null };
}

/** Something of what the service does there will not work. */
export function warning(subject: string, message: string, remedy: string): Check {
  return { subject, state: 'WARNING', message, remedy };
}

/** Nothing will. */
export function failed(subject: string, message: string, remedy: string): Check {
  return { subject, state: 'FAILED', message, remedy };
}

/** What kept us from looking, in words. */
export function messageOf(error: unknown): string {
  if (error instanceof ConnectorError) return `${error.fault.class}: ${error.fault.message}`;
  return error instanceof Error ? error.message : String(error);
}
