import { takeoverHeld } from '../../domain/alerts/occasions.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import { isTooMuch, replacing, TALLY_HOURS } from '../../domain/truth/takeover-safety.js';
import type { Stores } from '../ports/unit-of-work.js';

/**
 * Holds what an owner says in such numbers that a person should look first: each value becomes a finding that waits, and an
 * alert tells of them. Answers the values that may be taken over, and how many findings opened.
 */
export async function holdMasses(
  stores: Stores,
  { system, source }: { system: string; source: ObservationSource },
  values: readonly FindingDraft[],
  compared: number | null,
): Promise<{ believed: readonly FindingDraft[]; opened: number }> {
  const byField = Map.groupBy(values, ({ field }) => field ?? '');
  const replaced = new Map([...byField].map(([field, of]) => [field, replacing(of).length]));
  if ([...replaced.values()].every((count) => count === 0)) return { believed: values, opened: 0 };
  const { linked, before } = await stores.truth.tallyTakeover(system, replaced, TALLY_HOURS);
  const held = [...byField].filter(([field, of]) =>
    isTooMuch(of, { compared, linked, before: before.get(field) ?? 0 }),
  );
  if (held.length === 0) return { believed: values, opened: 0 };
  const { version } = await stores.truth.acting();
  const masses = new Map(held.map(([field, of]) => [field, replacing(of).length]));
  const inADay = (field: string): number => (before.get(field) ?? 0) + (masses.get(field) ?? 0);
  const drafts = held.flatMap(([field, of]) =>
    replacing(of).map((draft): FindingDraft => ({
      ...draft,
      note: `${system} owns it, and says ${inADay(field)} other values of ${field} within a day than the master has: somebody looks first`,
      policy: { action: 'HELD', version },
    })),
  );
  const opened = await stores.findings.record(system, drafts, source);
  await stores.alerts.raise([takeoverHeld(system, masses, await stores.now())]);
  const waits = new Set(drafts.map(({ identity }) => identity));
  return { believed: values.filter(({ identity }) => !waits.has(identity)), opened };
}
