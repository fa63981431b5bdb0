import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import { LIFECYCLE_STATES } from '../../domain/catalog/lifecycle.js';
import type { OwnershipCoverage } from '../../domain/ownership/coverage.js';
import { coverageOf } from '../../domain/ownership/coverage.js';
import { OWNERSHIP_SCOPES } from '../../domain/ownership/resolve-owner.js';
import type { Ports } from '../ports/ports.js';

/** What nobody sells any more needs nobody to answer for it. */
const COUNTED: readonly LifecycleState[] = LIFECYCLE_STATES.filter((state) => state !== 'RETIRED');

/**
 * How far the SKUs in these states have owners who can answer, now; null: in every state but RETIRED. Two statements,
 * whatever there is to count.
 */
export async function readCoverage(
  ports: Pick<Ports, 'ownership' | 'catalog'>,
  states: readonly LifecycleState[] | null,
): Promise<OwnershipCoverage> {
  const asked = states === null ? COUNTED : LIFECYCLE_STATES.filter((state) => states.includes(state));
  const [counts, parties] = await Promise.all([ports.ownership.counts(asked), ports.catalog.parties()]);
  return coverageOf(counts, new Map(parties.map((party) => [party.id, party])), asked, OWNERSHIP_SCOPES);
}
