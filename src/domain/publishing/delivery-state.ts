export const DELIVERY_STATES = [
  'PENDING',
  'IN_FLIGHT',
  'RETRYING',
  'DELIVERED',
  'DEAD_LETTERED',
  'SUPERSEDED',
  'DISCARDED',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

type Table = Readonly<Record<DeliveryState, readonly DeliveryState[]>>;

/**
 * Which state of a delivery may follow which; whatever moves one asks here, so that no statement can move a delivery that
 * has ended, or end one that nobody has claimed. One that is IN_FLIGHT may be claimed again without a change of state, once
 * its lease has run out.
 * - PENDING ends as DISCARDED only where an operator gives up the rest of a request whose canary stopped.
 * - A dead letter is retried (PENDING), given up (DISCARDED), or resolved by a later delivery of its record (SUPERSEDED).
 */
export const DELIVERY_TRANSITIONS: Table = {
  PENDING: ['IN_FLIGHT', 'SUPERSEDED', 'DISCARDED'],
  IN_FLIGHT: ['DELIVERED', 'RETRYING', 'DEAD_LETTERED', 'SUPERSEDED'],
  RETRYING: ['IN_FLIGHT', 'SUPERSEDED'],
  DELIVERED: [],
  DEAD_LETTERED: ['PENDING', 'SUPERSEDED', 'DISCARDED'],
  SUPERSEDED: [],
  DISCARDED: [],
};

/** A delivery in one of these is still owed: it will be claimed without anybody's doing. */
export const OPEN_STATES: readonly DeliveryState[] = ['PENDING', 'IN_FLIGHT', 'RETRYING'];

/**
 * Checked when the process starts, like the lifecycle: a line for every state, no other names, every state reachable from
 * PENDING, DELIVERED reachable from everything that has not ended, what has arrived or ended is final, and nothing ends
 * as delivered or dead that was not claimed.
 * @returns what is wrong with the table; empty when it is sound.
 */
export function faultsOfDeliveryStates(table: Table): string[] {
  const faults = faultsOfNames(table);
  // A table that names what there is not cannot be walked.
  if (faults.length > 0) return faults;
  const fromPending = reach(table, 'PENDING');
  for (const state of DELIVERY_STATES) {
    if (state !== 'PENDING' && !fromPending.has(state)) faults.push(`${state} cannot be reached from PENDING`);
    if (table[state].includes(state)) faults.push(`${state} leads to itself`);
    if (table[state].length > 0 && !reach(table, state).has('DELIVERED'))
      faults.push(`${state} can never be DELIVERED`);
  }
  for (const state of ['DELIVERED', 'SUPERSEDED', 'DISCARDED'] as const) {
    if (table[state].length > 0) faults.push(`${state} is not final`);
  }
  for (const end of ['DELIVERED', 'DEAD_LETTERED'] as const) {
    const others = DELIVERY_STATES.filter((state) => state !== 'IN_FLIGHT' && table[state].includes(end));
    faults.push(...others.map((state) => `${state} becomes ${end} without a claim`));
  }
  return faults;
}

/** States that may become this one: what a statement that moves deliveries there may touch, and nothing else. */
export function statesBefore(to: DeliveryState): DeliveryState[] {
  return DELIVERY_STATES.filter((from) => DELIVERY_TRANSITIONS[from].includes(to));
}

function reach(table: Table, from: DeliveryState): Set<DeliveryState> {
  const seen = new Set<DeliveryState>();
  const queue = [...table[from]];
  for (let state = queue.pop(); state; state = queue.pop()) {
    if (seen.has(state)) continue;
    seen.add(state);
    queue.push(...table[state]);
  }
  return seen;
}

function faultsOfNames(table: Readonly<Record<string, readonly string[]>>): string[] {
  const known: readonly string[] = DELIVERY_STATES;
  const faults = known.filter((state) => !Object.hasOwn(table, state)).map((state) => `${state} has no line`);
  for (const [state, targets] of Object.entries(table)) {
    if (!known.includes(state)) faults.push(`${state} is no state`);
    for (const target of targets)
      if (!known.includes(target)) faults.push(`${state} leads to ${target}, which is no state`);
  }
  return faults;
}
