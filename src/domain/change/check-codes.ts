import { looksLike, skeletonOf } from '../catalog/look-alike.js';
import { gtinFault } from '../catalog/gtin.js';
import { compilePolicies, judgeCode, namingFactsOf } from '../naming/judge-code.js';
import { foldCode } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import { gtinRulesOf } from '../settings/gtin-setting.js';
import type { ProposedChange } from './change.js';
import type { Draft, World } from './draft.js';
import { placeOf, placeOfField } from './place.js';

/** A code that a request creates, and where it stands in it. */
interface NewCode {
  code: string;
  skeleton: string;
  at: string[];
}

interface Found {
  problems: Problem[];
  warnings: Problem[];
}

/**
 * What the house asks of new codes: that nobody else has reserved them, that they fit their naming policy, that they look
 * like no other one. And of new GTINs, that they are of a kind that the house takes.
 */
export function checkCodes(draft: Draft, changes: readonly ProposedChange[]): Found {
  const codes = newCodes(changes);
  const named = misnamed(draft, codes);
  return {
    problems: [...reservedByOthers(draft, codes), ...named.problems, ...gtins(draft, changes)],
    warnings: [...lookAlikes(draft.world, codes), ...named.warnings],
  };
}

function newCodes(changes: readonly ProposedChange[]): NewCode[] {
  return changes.flatMap((change, index) =>
    change.operation === 'SKU_CREATE'
      ? [{ code: change.target, skeleton: skeletonOf(change.target), at: [...placeOf(change, index), 'code'] }]
      : [],
  );
}

/** A reservation is one until it expires, except for its holder; what is out there already is taken as it is. */
function reservedByOthers({ world, options }: Draft, codes: readonly NewCode[]): Problem[] {
  if (options.baseline) return [];
  return codes.flatMap(({ code, at }) => {
    const held = world.reservations.get(foldCode(code));
    if (!held || held.partyId === options.authorPartyId) return [];
    const message = `the code ${code} is reserved for ${held.holder} until ${held.expiresAt.toISOString()}`;
    return [problem('CODE_RESERVED', message, at)];
  });
}

/** A code that does not fit its policy is refused where the policy is enforced, else warned about. Old codes are listed instead. */
function misnamed(draft: Draft, codes: readonly NewCode[]): Found {
  const found: Found = { problems: [], warnings: [] };
  const policies = compilePolicies(draft.world.settings.naming);
  if (draft.options.baseline || policies.length === 0) return found;
  for (const { code, at } of codes) {
    const planned = draft.skus.get(foldCode(code));
    if (!planned || planned.before !== null) continue;
    const product = draft.productById(planned.after.productId);
    const violation = judgeCode(policies, code, namingFactsOf(planned.after, product));
    if (!violation) continue;
    const told = problem('NAMING_POLICY', `${code} does not fit ${violation.policy}: ${violation.why}`, at);
    (violation.enforce ? found.problems : found.warnings).push(told);
  }
  return found;
}

/** New codes that people would take for another one: of the master, or of this very request. Nothing is kept back for it. */
function lookAlikes(world: World, codes: readonly NewCode[]): Problem[] {
  const together = Map.groupBy(codes, ({ skeleton }) => skeleton);
  return codes.flatMap(({ code, skeleton, at }) => {
    const others = new Map<string, string>();
    for (const other of world.lookAlikes.get(skeleton) ?? []) others.set(foldCode(other), other);
    for (const other of together.get(skeleton) ?? []) others.set(foldCode(other.code), other.code);
    // The same code twice is no look-alike: that is refused.
    others.delete(foldCode(code));
    return others.size === 0 ? [] : [problem('LOOKS_LIKE', looksLike(code, [...others.values()]), at)];
  });
}

/** Which prefixes are taken is the house's to say, also after the request was written. */
function gtins({ world, skus }: Draft, changes: readonly ProposedChange[]): Problem[] {
  const rules = gtinRulesOf(world.settings.gtin);
  return changes.flatMap((change, index) => {
    const { gtin } = change.patch;
    if (typeof gtin !== 'string') return [];
    const isNew = skus.get(foldCode(change.target))?.changes.some(({ field }) => field === 'gtin') === true;
    const fault = isNew ? gtinFault(gtin, rules) : null;
    return fault === null ? [] : [problem('GTIN_INVALID', fault, placeOfField(change, index, 'gtin'))];
  });
}
