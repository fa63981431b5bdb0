import type { Actor } from '../actor.js';
import type { FieldRule } from '../drift/source-of-truth.js';

/** Reviews are due every quarter: so many days after the last sign-off (design 4.6). */
export const REVIEW_DAYS = 92;
const DAY = 86_400_000;

export interface SignOff {
  actor: Actor;
  at: Date;
  comment: string | null;
}

/** One version of the source-of-truth matrix, with all that stands beneath it. */
export interface SourceOfTruth {
  /** 0 until somebody set one. */
  version: number;
  /** When it was set; of version 0, when the house was set up. */
  effectiveFrom: Date;
  /** Who set it, and why; null of version 0. */
  setBy: Actor | null;
  reason: string | null;
  /** The whole matrix, every governed field named. */
  rules: readonly FieldRule[];
  /** Oldest first. */
  signOffs: readonly SignOff[];
}

/** What a version is worth at an instant. */
export interface Standing {
  /** Somebody who did not set it has signed it. */
  isSigned: boolean;
  isOverdue: boolean;
  nextReviewDue: Date;
}

/**
 * Whether a version stands: one sign-off at least by another than who set it (whatever key either used), and the last of
 * all less than 92 days ago. One that nobody signed is due from the day on which it was set: on a fresh install, at once.
 */
export function standingOf(policy: Pick<SourceOfTruth, 'effectiveFrom' | 'setBy' | 'signOffs'>, at: Date): Standing {
  const isSigned = policy.signOffs.some(({ actor }) => policy.setBy === null || !isSamePerson(actor, policy.setBy));
  const last = policy.signOffs.at(-1);
  const nextReviewDue =
    isSigned && last ? new Date(last.at.getTime() + REVIEW_DAYS * DAY) : new Date(policy.effectiveFrom);
  return { isSigned, isOverdue: at >= nextReviewDue, nextReviewDue };
}

/** Two keys of one party are one person. */
export function isSamePerson(a: Actor, b: Actor): boolean {
  return a.partyId !== null && b.partyId !== null ? a.partyId === b.partyId : a.kind === b.kind && a.id === b.id;
}

/** The rules as they act now: what would heal by itself only tells, until the matrix is signed and its review is not overdue. */
export function rulesActing(policy: SourceOfTruth, at: Date): FieldRule[] {
  const { isSigned, isOverdue } = standingOf(policy, at);
  if (isSigned && !isOverdue) return [...policy.rules];
  return policy.rules.map((rule) =>
    rule.onDrift === 'AUTO_REVERT' || rule.onDrift === 'AUTO_ADOPT' ? { ...rule, onDrift: 'FLAG' as const } : rule,
  );
}
