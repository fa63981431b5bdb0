import { hash } from 'node:crypto';
import { canonicalJson } from '../../../domain/primitives/json.js';
import type { FieldRule } from '../../../domain/drift/source-of-truth.js';
import type { GovernedSystem } from '../../../domain/publishing/system.js';

/**
 * Raised whenever records are read, normalised, projected or compared in another way, so that what was settled before is
 * compared anew; test/domain/comparison-number.test.ts goes red for whoever forgets it.
 */
export const COMPARISON = 2;

/**
 * By what a piece is judged, beside the revisions of what is in it. What a rule does about a difference is no part of it:
 * where nothing differs, it does nothing. But for IGNORE: what is ignored counts as settled, and is news to any other rule.
 */
export function basisOf(system: GovernedSystem, rules: readonly FieldRule[], masterCurrency: string): string {
  const { kind, connector, currency, mode, link } = system;
  const told = rules.map(({ field, owner, tolerance, onDrift }) => ({
    field,
    owner,
    tolerance,
    ...(onDrift === 'IGNORE' && { ignored: true }),
  }));
  const basis = { COMPARISON, kind, connector, currency, mode, link, masterCurrency, rules: told };
  return hash('sha1', canonicalJson(basis));
}
