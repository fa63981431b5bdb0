import type { Actor } from '../../domain/actor.js';

/** What a request is doing while it is VALIDATING. */
export type ValidationPhase = 'WAITING' | 'CHECKING' | 'PLANNING' | 'DONE' | 'STOPPED';

/** A request that is to be checked and planned, and how often that has been begun, this time included. */
export interface AskedValidation {
  requestId: string;
  actor: Actor;
  submit: boolean;
  /** Changes that it has. */
  changes: number;
  attempts: number;
}

/** How far a request is. */
export interface ValidationView {
  changeRequestId: string;
  phase: ValidationPhase;
  done: number;
  total: number;
  attempts: number;
  askedAt: Date;
  finishedAt: Date | null;
}

/**
 * Large requests that are checked and planned as a job. One process at a time has one: whoever dies is silent, and what it
 * had is anybody's then. All state is here, so a wake-up that is lost only costs time.
 */
export interface RequestValidations {
  /** Asks for it, in the transaction that makes the request VALIDATING. Asked again later, it begins anew. */
  ask(asked: Omit<AskedValidation, 'attempts'>): Promise<void>;
  /** Takes the one that has waited longest and nobody is at; null where there is none. */
  claim(runner: string): Promise<AskedValidation | null>;
  /** Tells how far it is, and that the runner is alive; false where it is somebody else's by now, or has ended. */
  tell(requestId: string, runner: string, phase: ValidationPhase, done: number): Promise<boolean>;
  /** Ends it; false where it is somebody else's by now, or has ended. */
  finish(requestId: string, runner: string): Promise<boolean>;
  /** Nobody wants it any more, wherever it is; whoever is at it finds out, and keeps nothing. */
  stop(requestId: string): Promise<void>;
}
