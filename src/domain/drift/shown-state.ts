import type { LifecycleState } from '../catalog/lifecycle.js';
import { TRANSITIONS } from '../catalog/lifecycle.js';
import type { Json } from '../primitives/json.js';
import { lifecycleIn } from '../publishing/projection.js';
import type { SystemKind } from '../publishing/system.js';
import { lawOf } from './normalise.js';

/**
 * States that a SKU may step to from where it is, and that look in a system as what was found there: one where it says what
 * was meant; none, or more than one, where only people can say. DRAFT is in no system, so that none shows it.
 */
export function shownStates(kind: SystemKind, from: LifecycleState, found: Json): LifecycleState[] {
  const law = lawOf('lifecycle');
  return TRANSITIONS[from].filter(
    (state) => state !== 'DRAFT' && law.agrees(lifecycleIn(kind, state), found, undefined, null),
  );
}
