import type { Caller } from '../../domain/actor.js';
import type { BundleLine } from '../../domain/bundle/composition.js';
import { linesJson } from '../../domain/bundle/composition.js';
import { BUNDLE_FIELD, SCHEDULED_FIELD } from '../../domain/bundle/timeline.js';
import { mayBecome } from '../../domain/catalog/lifecycle.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { CHANGE_LIMIT } from '../change/change-draft.js';
import { addRequest } from '../change/create-change-request.js';
import type { HoldingVersion } from '../ports/bundle-store.js';
import type { Ports } from '../ports/ports.js';

/**
 * Proposes, as a draft, that a SKU leaves every bundle that holds it, its successor taking its place, and that it is
 * retired in the same request where the lifecycle lets it: what a refusal to retire a component in use asks for, made
 * ready. The draft tells its problems like any other; its author submits it.
 * @param input successor: whose code takes the place, the SKU's own successor if null; idempotencyKey: the draft that was
 * made under it is answered again, as long as it would say the same.
 */
export async function replaceComponent(
  ports: Ports,
  caller: Caller,
  input: { code: string; successor: string | null; idempotencyKey?: string },
): Promise<Outcome<{ id: string }>> {
  if (caller.actor.partyId === null) {
    return refused(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the request'));
  }
  const sku = await ports.catalog.skuByCode(input.code);
  if (!sku) return refused(problem('NOT_FOUND', `no SKU has the code ${input.code.slice(0, 64)}`, ['code']));
  const named = input.successor ?? sku.successor;
  if (named === null) {
    return refused(problem('REQUIRED', `${sku.code} has no successor: name what takes its place`, ['successor']));
  }
  const successor = await ports.catalog.skuByCode(named);
  if (!successor) return refused(problem('NOT_FOUND', `no SKU has the code ${named.slice(0, 64)}`, ['successor']));
  if (successor.id === sku.id) {
    return refused(problem('INVALID_FORMAT', 'nothing takes its own place', ['successor']));
  }
  return ports.work.run(async (stores) => {
    const held = await stores.bundles.holding(sku.code);
    if (held.length === 0) return refused(problem('NOT_FOUND', `no bundle holds ${sku.code}`, ['code']));
    const changes = held.map((version) => change(version, sku.code, successor.code));
    if (mayBecome(sku.state, 'RETIRED')) {
      const patch = { state: 'RETIRED', successor: successor.code };
      changes.push({ operation: 'SKU_TRANSITION', target: sku.code, baseRevision: null, patch });
    }
    if (changes.length > CHANGE_LIMIT) {
      return refused(
        problem('TOO_MANY', `a request has at most ${CHANGE_LIMIT} changes, not ${changes.length}`, ['code']),
      );
    }
    const title = `Put ${successor.code} in the place of ${sku.code}`;
    const draft = { title, reason: null, idempotencyKey: input.idempotencyKey ?? null, changes };
    const added = await addRequest(ports, stores, caller, { draft, changes, asDraft: true, origin: 'REQUEST' });
    return added.ok ? accepted(added.value) : added;
  });
}

function change({ bundle, at, lines }: HoldingVersion, from: string, to: string): ProposedChange {
  const next = linesJson(replaced(lines, from, to));
  const patch: FieldValues = at === null ? { [BUNDLE_FIELD]: next } : { [SCHEDULED_FIELD]: { [at]: next } };
  return { operation: 'BUNDLE_SET', target: bundle, baseRevision: null, patch };
}

/** In the same place and as many; where the other is in the bundle already, the two become one line. */
function replaced(lines: readonly BundleLine[], from: string, to: string): BundleLine[] {
  const leaving = lines.find(({ sku }) => foldCode(sku) === foldCode(from))?.quantity ?? 0;
  const present = lines.some(({ sku }) => foldCode(sku) === foldCode(to));
  return lines.flatMap((line) => {
    if (foldCode(line.sku) === foldCode(from)) return present ? [] : [{ ...line, sku: to }];
    return foldCode(line.sku) === foldCode(to) ? [{ ...line, quantity: line.quantity + leaving }] : [line];
  });
}
