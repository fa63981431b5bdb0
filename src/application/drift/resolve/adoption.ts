import type { ProposedChange } from '../../../domain/change/change.js';
import type { FieldRule } from '../../../domain/drift/source-of-truth.js';
import { ruleOf } from '../../../domain/drift/source-of-truth.js';
import type { Json } from '../../../domain/primitives/json.js';
import { sameJson } from '../../../domain/primitives/json.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../../domain/problem.js';
import { accepted, problem, refused } from '../../../domain/problem.js';
import { isOwnedElsewhere } from '../../../domain/truth/matrix.js';
import type { LockedFinding } from '../../ports/finding-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { adoptedPatch, adoptingOperation } from '../adopted-patch.js';
import { lifecycleChanges } from './lifecycle-changes.js';
import type { StrangerGround } from './stranger-changes.js';
import { strangerChanges } from './stranger-changes.js';

/** What the adoption of one finding changes in the master, or why it cannot be adopted. */
export interface Proposal {
  finding: LockedFinding;
  changes: Outcome<ProposedChange[]>;
}

/** What the master becomes of findings, each by its kind (design 4.8); what cannot be adopted says why. */
export async function proposalsOf(
  ports: Ports,
  stores: Stores,
  findings: readonly LockedFinding[],
): Promise<Proposal[]> {
  const grounds = await groundsOf(ports, stores, findings);
  const steps = await lifecycleChanges(ports, findings);
  const { rules } = await stores.truth.acting();
  return findings.map((finding) => {
    const refusal = refusalOf(finding, rules);
    if (refusal) return { finding, changes: refused(refusal) };
    return { finding, changes: steps.get(finding.id) ?? changesFor(finding, grounds.get(finding.id) ?? null) };
  });
}

function refusalOf(finding: LockedFinding, rules: readonly FieldRule[]): Problem | null {
  const { kind, target, system, field } = finding;
  const rule = field === null ? null : ruleOf(rules, field);
  switch (kind) {
    case 'RECODED':
      return problem('CODE_IMMUTABLE', `a code never changes; write ${target} back in ${system}`);
    case 'DUPLICATE':
      return problem(
        'NOT_RESOLVABLE_HERE',
        `two records of ${system} bear ${target}: which of them is meant is decided there`,
      );
    case 'FIELD':
    case 'BUNDLE':
      if (isOwnedElsewhere(rule) && rule?.owner !== system)
        return problem('FIELD_OWNED_ELSEWHERE', `${field} of ${target} is what ${rule?.owner} says, not ${system}`);
      return null;
    case 'LIFECYCLE':
    case 'MISSING':
    case 'UNEXPECTED':
      return null;
  }
}

function changesFor(finding: LockedFinding, ground: StrangerGround | null): Outcome<ProposedChange[]> {
  const { kind, target, skuId } = finding;
  if (kind === 'UNEXPECTED') return strangerChanges(finding, ground ?? { productHandle: null, isMasterCurrency: true });
  if (kind === 'MISSING') {
    if (skuId === null)
      return refused(problem('NOT_RESOLVABLE_HERE', `${target} is a product: adopt the findings of its SKUs`));
    const patch = { state: 'RETIRED' };
    return accepted([{ operation: 'SKU_TRANSITION', target, baseRevision: null, patch }]);
  }
  const patch = adoptedPatch(finding.field ?? '', finding.found);
  if (!patch.ok) return patch;
  return accepted([{ operation: adoptingOperation(finding), target, baseRevision: null, patch: patch.value }]);
}

/** Does a change propose just what the finding shows now? */
export function isProposedBy(changes: readonly ProposedChange[], { finding, changes: own }: Proposal): boolean {
  if (!own.ok) return false;
  const wanted = own.value.find(({ operation }) => operation !== 'PRODUCT_CREATE') ?? own.value[0];
  // A product and a SKU may bear one name: the operation tells which is meant.
  const change = changes.find(
    ({ operation, target }) => operation === wanted?.operation && foldCode(target) === foldCode(wanted.target),
  );
  if (!wanted || !change) return false;
  // Which product a new SKU goes into may be told by now what it was not then, or be put right by whoever reviewed it.
  const isSame = ([name, value]: [string, Json]): boolean => name === 'product' || sameJson(change.patch[name], value);
  return finding.kind === 'UNEXPECTED' || Object.entries(wanted.patch).every(isSame);
}

/** One change a record, so that values of one SKU are decided together; a new product once, however many SKUs it gets. */
export function changesTogether(proposals: readonly Proposal[]): ProposedChange[] {
  const byTarget = new Map<string, ProposedChange>();
  for (const { changes } of proposals) {
    for (const each of changes.ok ? changes.value : []) {
      const key = keyOf(each);
      const change = byTarget.get(key) ?? { ...each, patch: {} };
      Object.assign(
        change.patch,
        each.operation === 'PRODUCT_CREATE' ? { ...each.patch, ...change.patch } : each.patch,
      );
      byTarget.set(key, change);
    }
  }
  // Products before the SKUs that go into them.
  return [...byTarget.values()].sort((a, b) => Number(isSku(a)) - Number(isSku(b)));
}

function isSku({ operation }: ProposedChange): boolean {
  return operation !== 'PRODUCT_CREATE';
}

function keyOf({ operation, target }: ProposedChange): string {
  return `${operation}:${foldCode(target)}`;
}

/** The findings that a change of a request comes from; by its place in the request. */
export function findingsAt(proposals: readonly Proposal[], change: ProposedChange | undefined): LockedFinding[] {
  if (!change) return [];
  return proposals
    .filter(({ changes }) => changes.ok && changes.value.some((each) => keyOf(each) === keyOf(change)))
    .map(({ finding }) => finding);
}

/** One field of one target can be adopted with one value: two systems that show two would overwrite each other. */
export function contradictions(proposals: readonly Proposal[]): { finding: LockedFinding; fault: Problem }[] {
  const first = new Map<string, Proposal>();
  return proposals.flatMap((proposal) => {
    const { finding } = proposal;
    const key = `${finding.kind === 'UNEXPECTED' ? 'new' : finding.field}|${foldCode(finding.target)}`;
    const before = first.get(key);
    if (!before) first.set(key, proposal);
    const isNew = finding.kind === 'UNEXPECTED';
    const other = before?.finding;
    if (!other || (!isNew && (sameJson(other.found, finding.found) || isOneStep(before, proposal)))) return [];
    const message = isNew
      ? `${finding.target} is new in ${other.system} and in ${finding.system}: adopt one, and the other is matched with it`
      : `${finding.target}: ${finding.field} is another value in ${other.system} than in ${finding.system}; choose one`;
    return [{ finding, fault: problem('DUPLICATE_CHANGE', message) }];
  });
}

/** Systems of two kinds show one state each in its way. */
function isOneStep({ changes: one }: Proposal, { finding, changes: other }: Proposal): boolean {
  if (finding.kind !== 'LIFECYCLE' || !one.ok || !other.ok) return false;
  return sameJson(one.value[0]?.patch ?? null, other.value[0]?.patch ?? null);
}

/** A price that a system has of its own, or in another currency, is no price of the master's. */
export async function ownPrices<T extends Pick<LockedFinding, 'system' | 'skuId' | 'target' | 'field'>>(
  ports: Ports,
  locked: readonly T[],
): Promise<{ finding: T; fault: Problem }[]> {
  const money = locked.filter(({ field }) => field === 'price' || field === 'compareAtPrice' || field === 'cost');
  if (money.length === 0) return [];
  const skus = await ports.catalog.skusByIds(money.flatMap(({ skuId }) => skuId ?? []));
  const currencies = new Map((await ports.operations.systems()).map(({ code, currency }) => [code, currency]));
  return money.flatMap((finding) => {
    const { skuId, system, target, field } = finding;
    // A cost has no value of a system's own; it only has to be in the master's currency.
    const values = field === 'cost' ? [] : (skus.get(skuId ?? '')?.systemValues ?? []);
    const own = values.some((each) => each.system === system);
    if (!own && currencies.get(system) === ports.masterCurrency) return [];
    const message = own
      ? `${system} has a ${field} of its own for ${target}: propose a change of its systemValues instead`
      : `${system} counts in ${currencies.get(system)}, the master in ${ports.masterCurrency}: propose a change instead`;
    return [{ finding, fault: problem('NOT_RESOLVABLE_HERE', message) }];
  });
}

/** Systems show bundles taken apart: taken over, that would lose which bundles are inside, and with them what changes there. */
export async function nestedBundles(
  ports: Ports,
  locked: readonly LockedFinding[],
): Promise<{ finding: LockedFinding; fault: Problem }[]> {
  const bundles = locked.filter(({ kind, skuId }) => kind === 'BUNDLE' && skuId !== null);
  if (bundles.length === 0) return [];
  const versions = await ports.bundles.inForce(
    bundles.flatMap(({ skuId }) => skuId ?? []),
    null,
  );
  const inside = await ports.catalog.skusByIds(
    [...versions.values()].flatMap(({ lines }) => lines.map(({ key }) => key)),
  );
  return bundles.flatMap((finding) => {
    const { skuId, target, system } = finding;
    const held = (versions.get(skuId ?? '')?.lines ?? []).flatMap(({ key }) => inside.get(key) ?? []);
    const nested = held.filter(({ kind }) => kind === 'BUNDLE').map(({ code }) => code);
    if (nested.length === 0) return [];
    const message = `${target} holds bundles (${nested.join(', ')}), which ${system} shows taken apart: adopting would lose them; propose the composition that you want by bundleSet`;
    return [{ finding, fault: problem('NOT_RESOLVABLE_HERE', message) }];
  });
}

/** Of strangers: which product of the master their siblings are of, and in which currency they are priced. */
async function groundsOf(
  ports: Ports,
  stores: Stores,
  findings: readonly LockedFinding[],
): Promise<Map<string, StrangerGround>> {
  const strangers = findings.filter(({ kind }) => kind === 'UNEXPECTED');
  if (strangers.length === 0) return new Map();
  const currencies = new Map((await ports.operations.systems()).map(({ code, currency }) => [code, currency]));
  const roots = strangers.flatMap(({ system, root }) => (root ? [{ system, rootId: root.externalId }] : []));
  const handles = await stores.records.productsAt(roots);
  return new Map(
    strangers.map(({ id, system, root }) => [
      id,
      {
        productHandle: handles.get(`${system}|${root?.externalId ?? ''}`) ?? null,
        isMasterCurrency: currencies.get(system) === ports.masterCurrency,
      },
    ]),
  );
}
