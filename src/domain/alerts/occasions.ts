import type { Json } from '../primitives/json.js';
import type { AlertDraft, AlertGroup } from './alert.js';
import { groupOf, shortened } from './alert.js';

/** One alert for each of these occasions. Whoever meets one raises it in the transaction that makes it true. */

/**
 * A change request was applied by force.
 * @param how what was skipped, in words.
 */
export function forceApplied(
  request: { id: string; number: string; title: string },
  by: string,
  reason: string,
  how: string,
): AlertDraft {
  const body = `${request.number} "${shortened(request.title)}" was applied by ${by} by force, ${how}. Reason: ${shortened(reason, 1_000)}`;
  const title = `${request.number} was applied by force`;
  return { ...about('FORCE_APPLIED', null, request.number), key: `force:${request.id}`, title, body };
}

/** A finding that cannot wait until the morning. */
export interface CriticalFinding {
  id: string;
  /** How often it was opened before: each opening is an event of its own. */
  recurrences: number;
  target: string;
  kind: string;
  field: string | null;
  expected: Json;
  found: Json;
  ownerId: string | null;
}

/** CRITICAL findings that one transaction opened in a system, owner by owner; null where there is none. */
export function criticalFindings(system: string, findings: readonly CriticalFinding[]): AlertDraft | null {
  const [first] = findings;
  if (!first) return null;
  const many = findings.length > 1;
  const title = many
    ? `${findings.length} critical findings in ${system}`
    : `Critical finding in ${system}: ${first.target}`;
  const body =
    'Something that must not be sold is on sale there, or worse. Nothing is written over it unless somebody decides so, or the signed source-of-truth matrix does.';
  const groups = groupsByOwner(findings, ({ ownerId }) => ownerId, lineOf);
  const key = `finding:${first.id}:${first.recurrences}`;
  return { ...about('CRITICAL_FINDING', system, many ? system : first.target), key, title, body, groups };
}

function lineOf({ target, kind, field, expected, found }: CriticalFinding): string {
  const what = field === null ? kind.toLowerCase() : field;
  return `${target}: ${what} is ${told(found)} instead of ${told(expected)}`;
}

function told(value: Json): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), 100);
}

/** What an owner says in such numbers that a person should look first; told once a day of a field. */
export function takeoverHeld(system: string, held: ReadonlyMap<string, number>, at: Date): AlertDraft {
  const told = [...held].map(([field, values]) => `${values} values of ${field}`).join(', ');
  const body = `${system} owns them, and would have replaced ${told} in the master at once. Nothing of it is taken over until somebody adopts the findings.`;
  const key = `takeover:${system}:${[...held.keys()].sort().join(',')}:${at.toISOString().slice(0, 10)}`;
  return { ...about('SCAN_HELD', system, system), key, title: `Bulk safety holds values of ${system}`, body };
}

/**
 * Nothing is sent to a system any more.
 * @param pause names this pause among all of the system's.
 * @param by who paused it; null where it refuses us by itself.
 */
export function systemPaused(
  system: string,
  pause: string,
  why: string,
  until: string | null,
  by: string | null = null,
): AlertDraft {
  const who = by === null ? '' : `${shortened(by)} paused it. `;
  const end = `${who}${until === null ? 'It goes on by itself once the cause is gone.' : `It ends ${until}.`}`;
  const body = `Nothing is written to ${system}: ${shortened(why, 1_000)}. ${end} What is owed waits and is not lost.`;
  return {
    ...about('SYSTEM_PAUSED', system, system),
    key: `pause:${system}:${pause}`,
    title: `${system} is paused`,
    body,
  };
}

/** A system failed so often in a row that it is left alone. `opening`: names this opening among all of the system's. */
export function breakerOpened(system: string, opening: string, reason: string): AlertDraft {
  const body = `${shortened(reason, 1_000)}. One attempt is made every half minute; what is owed waits.`;
  const title = `The breaker of ${system} is open`;
  return { ...about('BREAKER_OPEN', system, system), key: `breaker:${system}:${opening}`, title, body };
}

/** A complete scan would have opened so many findings that more likely something is wrong with the scan (design 4.7). */
export function scanHeld(system: string, scanId: string, findings: number, records: number): AlertDraft {
  const body = `A scan of ${system} would open ${findings} findings on ${records} linked records. They are staged, and nothing is healed: confirm the scan or cancel it.`;
  const title = `A scan of ${system} was stopped by bulk safety`;
  return { ...about('SCAN_HELD', system, system), key: `scan:${scanId}`, title, body };
}

/** Webhooks that were there before were gone, and have been made again. `since`: when they were last known to be there. */
export function subscriptionLost(system: string, since: string, topics: readonly string[]): AlertDraft {
  const body = `${topics.length} webhook subscriptions were gone and have been made again. Edits since ${since} may have been missed: a full scan has been started, and finds them.`;
  const title = `${system} had dropped our webhooks`;
  const groups = [groupOf(null, 'Made again', topics)];
  return { ...about('SUBSCRIPTION_LOST', system, system), key: `webhooks:${system}:${since}`, title, body, groups };
}

/** A system answers in another version of its API than the one we ask for and were tested with. */
export function apiVersionChanged(system: string, asked: string, answered: string): AlertDraft {
  const body = `${system} is asked in version ${asked} of its API and answers in ${answered}: the version asked for is no longer supported. What fields mean may have changed. Nothing is held back.`;
  const title = `${system} answers in another API version`;
  return {
    ...about('API_VERSION_CHANGED', system, system),
    key: `version:${system}:${asked}:${answered}`,
    title,
    body,
  };
}

/** A scheduled version of a bundle could not take effect; the one before stays in force. */
export function bundleVersionRefused(
  bundle: { code: string; at: string; changeRequestId: string | null; kind: 'REFUSED' | 'FAILED' },
  ownerId: string | null,
  problems: readonly string[],
): AlertDraft {
  const fate = bundle.kind === 'REFUSED' ? 'does not stand' : 'could not be put into force yet, and is tried again';
  const body = `The version of ${bundle.code} that was to be in force from ${bundle.at} ${fate}. The one before stays in force.`;
  const groups = [groupOf(ownerId, 'What is wrong', problems)];
  const key = `bundle:${bundle.kind}:${bundle.code}:${bundle.at}:${bundle.changeRequestId ?? ''}`;
  const title = `A version of ${bundle.code} did not take effect`;
  return { ...about('BUNDLE_VERSION_REFUSED', null, bundle.code), key, title, body, groups };
}

/** A scheduled request did not pass when its time had come: its author counted on it (design 4.3). */
export function requestNotApplied(
  request: { id: string; number: string; title: string; dueAt: Date | null },
  authorPartyId: string | null,
  state: string,
): AlertDraft {
  const body = `${request.number} "${shortened(request.title)}" was to be applied and is ${state} instead. The request itself says what is wrong.`;
  const groups = [groupOf(authorPartyId, 'Its author counted on it', [])];
  const key = `request:${request.id}:${request.dueAt?.toISOString() ?? ''}:${state}`;
  const title = `${request.number} was not applied`;
  return { ...about('REQUEST_NOT_APPLIED', null, request.number), key, title, body, groups };
}

/** The first share of a large request went wrong; the rest waits. */
export function canaryStopped(
  request: { id: string; number: string },
  system: string,
  failed: number,
  tried: number,
): AlertDraft {
  const body = `${failed} of ${tried} records of ${request.number} that had been tried in ${system} failed. The rest of it is held back.`;
  const title = `${request.number} was stopped in ${system}`;
  return { ...about('CANARY_STOPPED', system, request.number), key: `canary:${request.id}:${system}`, title, body };
}

function about(
  kind: AlertDraft['kind'],
  system: string | null,
  subject: string,
): Pick<AlertDraft, 'kind' | 'system' | 'subject' | 'groups'> {
  return { kind, system, subject, groups: [] };
}

/** One group an owner, in the order in which owners come. */
export function groupsByOwner<T>(
  items: readonly T[],
  ownerOf: (item: T) => string | null,
  line: (item: T) => string,
): AlertGroup[] {
  const owners = Map.groupBy(items, ownerOf);
  return [...owners].map(([ownerId, theirs]) => groupOf(ownerId, `${theirs.length}`, theirs.map(line)));
}
