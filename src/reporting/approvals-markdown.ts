import type { ApprovalRule, PolicyInForce, RelativeSize, RuleCondition } from '../domain/approvals/approval-rule.js';
import { DEFAULT_POLICY } from '../domain/approvals/approval-rule.js';
import { markdownTable } from './markdown-table.js';

/** The policy of a house that has set none, as docs/approvals.md has it. */
export const DEFAULT_IN_FORCE: PolicyInForce = {
  rules: DEFAULT_POLICY,
  version: 0,
  changedAt: null,
  changedBy: null,
  parties: new Map(),
};

/** Who has to approve what, for people: written out of the rules that the service itself obeys. */
export function approvalsMarkdown(policy: PolicyInForce): string {
  const row = (rule: ApprovalRule): string[] => [
    `\`${rule.key}\``,
    whenText(rule.when),
    whoText(rule, policy),
    rule.description ?? '',
  ];
  const blocks = [
    '# Who approves what',
    inForceText(policy),
    'All rules that match add up. A request is judged when it is submitted, and again by the policy in force when it is applied: what is asked then and has not been given puts it back into review.',
    markdownTable(['rule', 'when', 'who approves', 'why the house has it'], policy.rules.map(row)),
    ...aloneTexts(policy.rules),
    '## Who may approve',
    'Nobody approves their own request, whatever their role and whichever key they use; nor does anybody in a team that is the author. An approver is the asked party, a person of the asked team, or the delegate as long as the delegation lasts, with a live key of the role APPROVER or ADMIN.',
    'Where these are fewer than are asked, because one of them is the author, is inactive, is out of office, or has no such key, everybody with the role APPROVER is asked as well, and where these are too few, everybody with the role ADMIN. Whoever has approved counts, also when they are away since. An approval is of what its giver was asked about: what falls to them later, they are asked about then. Where nobody is left, the request is refused with `NO_ELIGIBLE_APPROVER`, which names the SKUs.',
    'Whoever is asked may also reject: the whole request, or the changes that they are asked about. So may an ADMIN; nobody else, and nobody their own. The request shows who gave each approval, in whose name, and in what right ([change-requests.md](change-requests.md#who-approved-and-who-may-reject)).',
    '## Where it comes from',
    'The rules are the setting `approvals` ([settings.md](settings.md)): an ADMIN changes it with a reason, as a new version. `settingPreview(key: "approvals", value:)` tries other rules on the requests of the last 90 days and counts those that would need more approvals than by the rules in force, fewer, or none (on the newest up to 20,000 changes together; `NOT_TRIED` counts the others); it names rules that ask for more approvals than there are people to give them (`QUORUM_OUT_OF_REACH`), or for all of them (`QUORUM_WITHOUT_SPARE`), and so does `settingSet`. `approvalExplanation(id:)` tells of one request which rule asks whom and why, and why the others do not; of one that has ended, what was asked, and by which version of the rules. `GET /approvals.md` is this page for the policy in force.',
  ];
  return `${blocks.join('\n\n')}\n`;
}

function inForceText({ version, changedAt, changedBy }: PolicyInForce): string {
  if (version === 0 || !changedAt) {
    return 'Written by `npm run docs` out of the running definition: this is the policy until somebody sets another one.';
  }
  return `Version ${version}, set by ${changedBy?.name ?? 'somebody'} at ${changedAt.toISOString()}.`;
}

function whoText({ require }: ApprovalRule, { parties }: PolicyInForce): string {
  const count = require.count ?? 1;
  const who =
    require.party === undefined
      ? 'the owner of each SKU and product'
      : (parties.get(require.party)?.name ?? require.party);
  return count === 1 ? who : `${count} people of: ${who}`;
}

function aloneTexts(rules: readonly ApprovalRule[]): string[] {
  return rules.flatMap(({ key, ownerMayAlone = [] }) =>
    ownerMayAlone.length === 0
      ? []
      : [`\`${key}\` asks nobody where the author is the owner and changes nothing but ${fieldList(ownerMayAlone)}.`],
  );
}

const WORDS: { readonly [K in keyof Required<RuleCondition>]: (when: RuleCondition) => string } = {
  operations: ({ operations = [] }) => `the operation is ${either(operations)}`,
  fields: ({ fields = [] }) => `${fieldList(fields)} changes`,
  productTypes: ({ productTypes = [] }) => `the product type is or becomes ${either(productTypes)}`,
  vendors: ({ vendors = [] }) => `the vendor is or becomes ${either(vendors)}`,
  states: ({ states = [] }) => `the SKU is or becomes ${either(states)}`,
  priceChange: ({ priceChange }) => moveText('a price', priceChange),
  costChange: ({ costChange }) => moveText('the cost', costChange),
  skus: ({ skus }) => `the request touches at least ${skus?.atLeast} SKUs`,
};

function whenText(when: RuleCondition = {}): string {
  const keys = (Object.keys(WORDS) as (keyof RuleCondition)[]).filter((key) => when[key] !== undefined);
  return keys.length === 0 ? 'always' : keys.map((key) => WORDS[key](when)).join(', and ');
}

function moveText(what: string, size: RelativeSize | undefined): string {
  const way = { UP: 'rises', DOWN: 'falls', EITHER: 'moves' }[size?.direction ?? 'EITHER'];
  return `${what} ${way} by at least ${size?.percent}%`;
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function fieldList(fields: readonly string[]): string {
  return either(fields.map((field) => `\`${field}\``));
}
