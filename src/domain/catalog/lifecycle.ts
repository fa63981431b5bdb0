export const LIFECYCLE_STATES = ['DRAFT', 'PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT', 'RETIRED'] as const;
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];

/** What each state means, for people. */
export const STATE_MEANINGS: Readonly<Record<LifecycleState, string>> = {
  DRAFT: 'Being defined. Exists in the master only.',
  PRELAUNCH: 'Approved set-up: in the ERP as purchasable, in Shopify unpublished. Not sellable yet.',
  ACTIVE: 'Sellable and replenished.',
  ON_HOLD: 'Temporarily withdrawn from sale: recall, quality, legal.',
  PHASE_OUT: 'Sell-through: sellable while stock lasts, no longer purchased.',
  RETIRED: 'Gone for good. The code is never used again.',
};

/** Which state may follow which (design 4.2). RETIRED is final: a code never comes back to life. */
export const TRANSITIONS: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  DRAFT: ['PRELAUNCH', 'RETIRED'],
  PRELAUNCH: ['ACTIVE', 'DRAFT', 'RETIRED'],
  ACTIVE: ['ON_HOLD', 'PHASE_OUT'],
  ON_HOLD: ['ACTIVE', 'PHASE_OUT', 'RETIRED'],
  PHASE_OUT: ['ACTIVE', 'RETIRED'],
  RETIRED: [],
};

/**
 * Checked when the process starts, so that a slip in the table cannot strand SKUs: it has a line for every state and
 * names no other, every state but the first is reachable, RETIRED can be reached from everywhere and left from nowhere.
 * @returns what is wrong with the table; empty when it is sound.
 */
export function faultsOfLifecycle(table: Readonly<Record<LifecycleState, readonly LifecycleState[]>>): string[] {
  const faults = faultsOfNames(table);
  // A table that names what there is not cannot be walked.
  if (faults.length > 0) return faults;
  const reach = (from: LifecycleState): Set<LifecycleState> => {
    const seen = new Set<LifecycleState>();
    const queue = [from];
    for (let state = queue.pop(); state; state = queue.pop()) {
      if (seen.has(state)) continue;
      seen.add(state);
      queue.push(...table[state]);
    }
    return seen;
  };
  const fromDraft = reach('DRAFT');
  for (const state of LIFECYCLE_STATES) {
    if (!fromDraft.has(state)) faults.push(`${state} cannot be reached from DRAFT`);
    if (state !== 'RETIRED' && !reach(state).has('RETIRED')) faults.push(`${state} can never be RETIRED`);
    if (table[state].includes(state)) faults.push(`${state} leads to itself`);
  }
  if (table.RETIRED.length > 0) faults.push('RETIRED is not final');
  return faults;
}

function faultsOfNames(table: Readonly<Record<string, readonly string[]>>): string[] {
  const known: readonly string[] = LIFECYCLE_STATES;
  const faults = known.filter((state) => !Object.hasOwn(table, state)).map((state) => `${state} has no line`);
  for (const [state, targets] of Object.entries(table)) {
    if (!known.includes(state)) faults.push(`${state} is no state`);
    for (const target of targets)
      if (!known.includes(target)) faults.push(`${state} leads to ${target}, which is no state`);
    if (new Set(targets).size !== targets.length) faults.push(`${state} leads to one state twice`);
  }
  return faults;
}

export function mayBecome(from: LifecycleState, to: LifecycleState): boolean {
  return TRANSITIONS[from].includes(to);
}
