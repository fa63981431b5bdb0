import type { DeliveryFault } from '../../domain/publishing/system.js';
import { ConnectorError } from '../ports/connector.js';

/** What a connector threw, as a fault. Anything but a ConnectorError is our own slip: UNKNOWN, and never swallowed. */
export function faultOf(error: unknown): DeliveryFault {
  if (error instanceof ConnectorError) return error.fault;
  const message = error instanceof Error ? error.message : String(error);
  return { class: 'UNKNOWN', code: 'INTERNAL', message, retryAfterSeconds: null, ambiguous: true, raw: null };
}

/** Faults that speak of the whole system rather than of one record. */
export function unreachable(fault: DeliveryFault): boolean {
  return fault.class === 'TRANSIENT' || fault.class === 'AUTH' || fault.class === 'RATE_LIMITED';
}
