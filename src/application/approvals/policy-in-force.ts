import type { PolicyInForce } from '../../domain/approvals/approval-rule.js';
import type { Ports } from '../ports/ports.js';

/** The approval policy that is asked now, with whom it names. */
export async function policyInForce(ports: Ports): Promise<PolicyInForce> {
  const { approvals } = await ports.settings.current();
  const newest = (await ports.settings.newest()).find(({ key }) => key === 'approvals');
  const parties = await ports.catalog.parties();
  return {
    rules: approvals,
    version: newest?.version ?? 0,
    changedAt: newest?.changedAt ?? null,
    changedBy: newest?.changedBy ?? null,
    parties: new Map(parties.map((party) => [party.code, party])),
  };
}
