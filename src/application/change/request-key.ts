import type { Caller } from '../../domain/actor.js';
import type { Json } from '../../domain/primitives/json.js';
import { canonicalPieces } from '../../domain/primitives/json.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { ChangeRequestDraft } from './change-draft.js';
import { hashInTurns } from '../ports/turns.js';
import type { Stores } from '../ports/unit-of-work.js';

/** What a caller sends under a key of theirs. */
export interface Sent {
  caller: string;
  key: string;
  /** Of all that matters in what was sent; equal texts ask for the same. */
  hash: string;
}

type Head = Pick<ChangeRequestDraft, 'title' | 'reason' | 'effectiveAt'>;

/**
 * What is sent under a key; null where there is none.
 * @param body the verb, whatever else decides what it does, what the caller says of the request, and its changes as they
 *   were read.
 */
export async function sentUnder(
  { actor }: Caller,
  key: string | null,
  [verb, about, { title, reason, effectiveAt }, changes]: [string, string | boolean, Head, unknown],
): Promise<Sent | null> {
  if (key === null) return null;
  const body = { verb, about, title, reason, effectiveAt: effectiveAt?.toISOString() ?? null, changes };
  const pieces = canonicalPieces(JSON.parse(JSON.stringify(body)) as Json);
  return { caller: actor.id, key, hash: await hashInTurns(pieces) };
}

/** The answer that this caller had under this key within 72 hours, or its refusal for another body; null: it is new. */
export async function keyUsed(stores: Stores, sent: Sent | null): Promise<Outcome<{ id: string }> | null> {
  const before = sent && (await stores.requests.byIdempotency(sent.caller, sent.key));
  if (!before) return null;
  if (before.hash === sent.hash) return accepted({ id: before.id });
  const message = 'this key was sent with another body before';
  return refused(problem('IDEMPOTENCY_MISMATCH', message, ['idempotencyKey']));
}
