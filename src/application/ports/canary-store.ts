import type { Actor } from '../../domain/actor.js';
import type { CanaryCounts, CanaryState } from '../../domain/publishing/canary.js';

export interface LockedCanary {
  id: string;
  system: string;
  changeRequestId: string;
  /** CR-1042. */
  request: string;
  state: CanaryState;
  stopPercent: number;
  firstRecords: number;
  /** Of what went first, and of the whole request in the system. */
  first: CanaryCounts;
  all: CanaryCounts;
}

/** Requests that go to a few records of a system first, in one transaction. */
export interface CanaryStore {
  /** Locked; null where there is none. */
  lock(id: string): Promise<LockedCanary | null>;
  /** The rest is due now. `by`: an operator who said so. */
  release(canary: LockedCanary, by: { actor: Actor; reason: string } | null): Promise<void>;
  /** As many others go first, in the place of those that cannot be tried. */
  redraw(canary: LockedCanary): Promise<void>;
  /** What is not under way yet waits for an operator. */
  stop(canary: LockedCanary): Promise<void>;
  finish(canary: LockedCanary): Promise<void>;
  /** What waits is given up. */
  giveUp(canary: LockedCanary, by: { actor: Actor; reason: string }): Promise<void>;
}
