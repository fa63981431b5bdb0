import type { Caller } from '../../domain/actor.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import type { ChangeDraft } from '../change/change-draft.js';
import type { Ports } from '../ports/ports.js';
import { replaceComponent } from './replace-component.js';

/** Drafts that one refusal makes; who retires more components that are in use at once asks for the rest by name. */
const PROPOSALS = 10;

/**
 * What a request that was refused because components are in use asks for, made ready: for each that was to be retired and
 * has a successor, the draft that puts the successor in its place. Asked again, the same draft is answered.
 * @returns ids of the drafts.
 */
export async function proposeReplacements(
  ports: Ports,
  caller: Caller,
  changes: readonly ChangeDraft[],
  problems: readonly Problem[],
): Promise<string[]> {
  const refused = problems.flatMap(({ code, field }) => {
    const change = code === 'IN_USE' && field?.[0] === 'changes' ? changes[Number(field[1])] : undefined;
    return change?.kind === 'skuTransition' && change.input.to === 'RETIRED' ? [change.input] : [];
  });
  const wanted = [...new Map(refused.map((each) => [foldCode(each.code), each])).values()].slice(0, PROPOSALS);
  const ids: string[] = [];
  for (const { code, successor = null } of wanted) {
    const id = await proposal(ports, caller, { code, successor });
    if (id !== null) ids.push(id);
  }
  return ids;
}

async function proposal(
  ports: Ports,
  caller: Caller,
  input: { code: string; successor: string | null },
): Promise<string | null> {
  const idempotencyKey = `replacement of ${foldCode(input.code)} by ${foldCode(input.successor ?? '')}`;
  const first = await replaceComponent(ports, caller, { ...input, idempotencyKey });
  const isOpen = first.ok && (await ports.changes.requestById(first.value.id))?.state === 'DRAFT';
  if (first.ok && isOpen) return first.value.id;
  // The earlier draft was submitted or withdrawn, or the bundles have changed since: that one is not it any more.
  const isOther = first.ok || first.problems.some((each) => each.code === 'IDEMPOTENCY_MISMATCH');
  const again = isOther ? await replaceComponent(ports, caller, input) : first;
  return again.ok ? again.value.id : null;
}
