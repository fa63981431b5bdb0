import type { DeliveryState } from '../domain/publishing/delivery-state.js';
import { OPEN_STATES, statesBefore } from '../domain/publishing/delivery-state.js';

/** States as a list for SQL's `in`; they are words of ours, so nothing of a caller's gets into the text. */
function listOf(states: readonly DeliveryState[]): string {
  return `(${states.map((state) => `'${state}'`).join(', ')})`;
}

/**
 * The states that may become this one, for the WHERE of whatever moves deliveries there: what the table of the states does
 * not allow is not done, whichever statement tries.
 */
export function movableTo(to: DeliveryState): string {
  return listOf(statesBefore(to));
}

/** Deliveries that are still owed. */
export const OPEN = listOf(OPEN_STATES);

/** Those of them that nobody is at work on: what a newer delivery takes the place of. */
export const WAITING = listOf(OPEN_STATES.filter((state) => state !== 'IN_FLIGHT'));
