import { foldCode } from '../../domain/primitives/text.js';
import type { DeliveryFault } from '../../domain/publishing/system.js';
import type { LaneRecord } from '../ports/publishing-queue.js';

/** The system's ids of what is in a bundle, by folded code, as far as they are known. */
export function idsOfComponents({ components }: LaneRecord): Map<string, string> {
  return new Map(
    (components ?? []).flatMap(({ code, externalId }) => (externalId === null ? [] : [[foldCode(code), externalId]])),
  );
}

/**
 * Why a bundle cannot be made of its components in a system yet, or null when all of them are there. One that is still on
 * its way is waited for, like a system that does not answer: it has a delivery of its own, and 24 hours. One that the
 * master does not want there never comes, and somebody has to look at it.
 */
export function lackingComponents({ target, components }: LaneRecord, system: string): DeliveryFault | null {
  const absent = (components ?? []).filter(({ externalId }) => externalId === null);
  if (absent.length === 0) return null;
  const never = absent.filter(({ isWanted }) => !isWanted);
  const named = (list: typeof absent): string => list.map(({ code }) => code).join(', ');
  const told = { retryAfterSeconds: null, ambiguous: false, raw: null };
  if (never.length > 0) {
    const message = `${target} holds what is not to be in ${system}: ${named(never)}`;
    return { ...told, class: 'VALIDATION', code: 'COMPONENT_NOT_LISTED', message };
  }
  const message = `${target} waits for its components to be in ${system}: ${named(absent)}`;
  return { ...told, class: 'TRANSIENT', code: 'COMPONENT_NOT_THERE', message };
}
