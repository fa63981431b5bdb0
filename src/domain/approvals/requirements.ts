import type { ApprovalRequirement, ApprovalWorld, Eligible } from '../change/approval.js';
import { askedOf, eligibleFor, fallText, givenSoFar, whyAsked } from '../change/approval.js';
import type { Sliced } from '../primitives/sliced.js';
import { allAtOnce } from '../primitives/sliced.js';
import type { ApprovalPolicy, ApprovalRule } from './approval-rule.js';
import { fitOf, isOwnersOwn, unmetBy } from './rule-fit.js';
import type { OwnedTouch } from './touched.js';

/** What one rule makes of a request, for whoever wonders why they are asked, or why nobody is. */
export interface RuleExplained {
  rule: string;
  description: string | null;
  asks: boolean;
  /** In words: why it asks, or which of its conditions nothing met. */
  why: string;
  /** SKU codes and product handles that it asks about. */
  targets: string[];
}

export interface Asked {
  requirements: ApprovalRequirement[];
  /** Targets that somebody has to approve and nobody could. */
  orphans: string[];
  /** What is asked of them, of nobody: whoever has given it already has given it. */
  unanswered: ApprovalRequirement[];
  explained: RuleExplained[];
}

/**
 * Which approvals policy asks for, rule by rule; all that match add up (design 4.3).
 * @param touched everything that the request changes.
 */
export function requirementsOf(touched: readonly OwnedTouch[], policy: ApprovalPolicy, world: ApprovalWorld): Asked {
  return allAtOnce(askingFor(touched, policy, world));
}

/** The same in steps, rule by rule. */
export function* askingFor(
  touched: readonly OwnedTouch[],
  policy: ApprovalPolicy,
  world: ApprovalWorld,
): Sliced<Asked> {
  const skus = touched.filter(({ kind }) => kind === 'SKU').length;
  const asked: Asked = { requirements: [], orphans: [], unanswered: [], explained: [] };
  for (const [index, rule] of policy.entries()) {
    yield index / policy.length;
    const groups = groupsOf(rule, touched, skus, world);
    yield index / policy.length;
    asked.explained.push(explained(rule, groups, touched, skus));
    for (const group of groups) {
      const given = givenSoFar({ rule: rule.key, ...group }, world);
      const eligible = eligibleFor(group.namedId, countOf(rule), world, given);
      if (!eligible) {
        asked.orphans.push(...group.targets);
        asked.unanswered.push(requirementOf(rule, group, NOBODY_ELIGIBLE, world));
      } else asked.requirements.push(requirementOf(rule, group, eligible, world));
    }
  }
  return { ...asked, orphans: [...new Set(asked.orphans)] };
}

const NOBODY_ELIGIBLE: Eligible = { ids: [], fell: null };

/** What a rule asks of one party. */
interface Group {
  namedId: string | null;
  targets: string[];
  /** Why, of the first of the targets. */
  why: string;
}

function groupsOf(rule: ApprovalRule, touched: readonly OwnedTouch[], skus: number, world: ApprovalWorld): Group[] {
  const groups = new Map<string, Group>();
  const namedParty = partyOf(rule, world);
  for (const thing of touched) {
    const why = fitOf(rule, thing, skus);
    if (why === null) continue;
    const { authorPartyId: author, editorPartyIds: editors = [] } = world;
    // What somebody else has edited is not the owner's alone.
    const isTheirs = author !== null && editors.every((id) => id === author);
    for (const namedId of rule.require.owner === true ? thing.owners : [namedParty]) {
      const isOwner = isTheirs && (rule.require.owner === true ? namedId === author : thing.owners.includes(author));
      if (isOwner && isOwnersOwn(rule, thing)) continue;
      const group = groups.get(namedId ?? '') ?? { namedId, targets: [], why: `${thing.target}: ${why}` };
      group.targets.push(thing.target);
      groups.set(namedId ?? '', group);
    }
  }
  return [...groups.values()];
}

/** A rule names a party by its code: the setting was checked when it was set, and no party is ever deleted. */
function partyOf(rule: ApprovalRule, world: ApprovalWorld): string | null {
  if (rule.require.party === undefined) return null;
  for (const { id, code } of world.parties.values()) if (code === rule.require.party) return id;
  return null;
}

function requirementOf(
  rule: ApprovalRule,
  group: Group,
  eligible: Eligible,
  world: ApprovalWorld,
): ApprovalRequirement {
  const { namedId, targets } = group;
  const partyId = askedOf(namedId, eligible.ids, world) ?? eligible.ids[0] ?? '';
  const { ids, fell } = eligible;
  const ruleWhy = targets.length > 1 ? `${group.why}; and ${targets.length - 1} more` : group.why;
  const why = whyAsked(ruleWhy, fallText(namedId, fell, world));
  return { rule: rule.key, partyId, namedId, count: countOf(rule), eligible: ids, targets, why, ruleWhy, fell };
}

function countOf(rule: ApprovalRule): number {
  return rule.require.count ?? 1;
}

const WORDS: Readonly<Record<string, string>> = {
  operations: 'no change is of its operations',
  fields: 'no field of its fields changes',
  productTypes: 'nothing is of its product types',
  vendors: 'nothing is of its vendors',
  states: 'nothing is in its states',
  priceChange: 'no price moves so far',
  costChange: 'no cost moves so far',
  skus: 'the request touches fewer SKUs',
};

/** Of what does not hold, is in conflict, or is like this already, no rule asks anything. */
const NOTHING_TOUCHED = 'as things are, the request changes nothing that could be approved';

function explained(
  rule: ApprovalRule,
  groups: readonly Group[],
  touched: readonly OwnedTouch[],
  skus: number,
): RuleExplained {
  const { key, description = null } = rule;
  const targets = [...new Set(groups.flatMap((group) => group.targets))];
  const [first] = groups;
  if (first) return { rule: key, description, asks: true, why: first.why, targets };
  if (touched.length === 0) return { rule: key, description, asks: false, why: NOTHING_TOUCHED, targets: [] };
  const unmet = unmetBy(rule, touched, skus).map((condition) => WORDS[condition] ?? condition);
  const fitted = touched.some((thing) => fitOf(rule, thing, skus) !== null);
  const apart = fitted ? 'the owner may change this alone' : 'nothing meets all of its conditions at once';
  return { rule: key, description, asks: false, why: unmet.length > 0 ? unmet.join('; ') : apart, targets: [] };
}
