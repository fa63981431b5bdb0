import type { Contact } from '../../domain/publishing/gate.js';
import { keptFault } from '../../domain/publishing/kept-fault.js';
import type { DeliveryFault } from '../../domain/publishing/system.js';
import { ConnectorError } from '../ports/connector.js';

const INTERNAL = 'INTERNAL';

/** What a connector threw, as a fault. Anything but a ConnectorError is our own slip: UNKNOWN, and never swallowed. */
export function faultOf(error: unknown): DeliveryFault {
  if (error instanceof ConnectorError) return error.fault;
  const message = error instanceof Error ? error.message : String(error);
  return { class: 'UNKNOWN', code: INTERNAL, message, retryAfterSeconds: null, ambiguous: true, raw: null };
}

/** Faults that speak of the whole system rather than of one record. */
export function unreachable(fault: DeliveryFault): boolean {
  return fault.class === 'TRANSIENT' || fault.class === 'AUTH' || fault.class === 'RATE_LIMITED';
}

/** Codes of TRANSIENT faults by which a system says that it is at work, and not that it is unwell. */
const AT_WORK = new Set(['OPERATION_PENDING']);

/** What a fault says of the system itself; null where it was our own slip, and says nothing. */
export function contactOf(fault: DeliveryFault): Contact | null {
  if (fault.class === 'AUTH') return 'AUTH';
  if (fault.class === 'TRANSIENT' && !AT_WORK.has(fault.code ?? '')) return 'TRANSIENT';
  return fault.class === 'UNKNOWN' && fault.code === INTERNAL ? null : 'REACHED';
}

/** Codes of AUTH by which a system bars everybody, and not our key: nothing is to be mended in ours. */
const BARRED: Readonly<Record<string, string>> = {
  402: 'the account there is frozen until it is paid for, and our key is not what it refuses',
  423: 'the account there is locked, and our key is not what it refuses',
  SHOP_INACTIVE: 'the account there is not active, and our key is not what it refuses',
};

/**
 * Why a system lets us do nothing, or fails: of a refusal whether it is our key, then its own words as they are kept. Null where
 * none of these faults speaks of the system.
 */
export function whyIn(faults: readonly DeliveryFault[]): string | null {
  const refused = faults.find(({ class: each }) => each === 'AUTH');
  if (refused) return `${BARRED[refused.code ?? ''] ?? 'the system refuses our key'}: ${keptFault(refused).message}`;
  const failed = faults.findLast((fault) => contactOf(fault) === 'TRANSIENT');
  return failed ? keptFault(failed).message : null;
}

/** Of several exchanges: a refused key pauses everything, and whatever answered once is not down. */
export function contactOfAll(contacts: readonly (Contact | null)[]): Contact | null {
  const told = (['AUTH', 'REACHED', 'TRANSIENT'] as const).find((each) => contacts.includes(each));
  return told ?? null;
}
