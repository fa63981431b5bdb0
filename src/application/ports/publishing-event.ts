import type { Actor } from '../../domain/actor.js';
import type { AlertDraft } from '../../domain/alerts/alert.js';

/**
 * What happens between the master and a system that people want to hear of, each at the one point where it is written
 * down, in the transaction in which it happens.
 */
export const PUBLISHING_EVENTS = [
  /** Nothing is sent any more: a person said so, or the system refuses our key (`kind`: PAUSE or AUTH). */
  'SYSTEM_PAUSED',
  'SYSTEM_RESUMED',
  'BREAKER_OPENED',
  'BREAKER_CLOSED',
  /** Deliveries that a person must look at. */
  'DEAD_LETTERS_BORN',
  /** Dead letters that a later delivery of the same record made needless. */
  'DEAD_LETTERS_RESOLVED',
  'CANARY_STOPPED',
  'CANARY_CONTINUED',
  'CANARY_GIVEN_UP',
] as const;
export type PublishingEventType = (typeof PUBLISHING_EVENTS)[number];

export interface PublishingEvent {
  type: PublishingEventType;
  system: string;
  by: Actor;
  facts: object;
  /** Told at once to whoever watches; left out: it is not urgent. */
  alert?: AlertDraft;
}
