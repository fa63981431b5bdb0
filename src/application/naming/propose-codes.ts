import type { Caller } from '../../domain/actor.js';
import { definitionsOf } from '../../domain/attributes/read-attribute-list.js';
import { looksLike } from '../../domain/catalog/look-alike.js';
import { readProductFields } from '../../domain/catalog/read-product-fields.js';
import { readSkuFields } from '../../domain/catalog/read-sku-fields.js';
import { compilePolicies, namingFactsOf } from '../../domain/naming/judge-code.js';
import type { CompiledPolicy } from '../../domain/naming/policy.js';
import { policyFor } from '../../domain/naming/policy.js';
import type { CodeTemplate } from '../../domain/naming/propose-code.js';
import { codeAt, proposedFault, templateOf } from '../../domain/naming/propose-code.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused, under } from '../../domain/problem.js';
import type { Settings } from '../../domain/settings/settings.js';
import type { CodeObstacle } from '../ports/naming-store.js';
import type { Ports } from '../ports/ports.js';
import type { ProposalDraft } from './proposal-draft.js';
import { draftFaults, placeOf } from './proposal-draft.js';
import { reserveFree } from './reserve-free.js';

export interface Proposal {
  codes: string[];
  policy: string;
  /** Until then nobody else can use them. */
  reservedUntil: Date;
}

const COUNT_LIMIT = 100;

/**
 * Proposes the next free codes of a policy and reserves them for the caller for 72 hours, so that no two callers ever get
 * one code. Refused with every reason: what the draft says in vain (DUPLICATE_CHANGE, INVALID_FORMAT), NAMING_POLICY (no policy, or a segment that cannot be worked out, with its path),
 * CODE_TAKEN, CODE_RESERVED or LOOKS_LIKE where the policy makes just one code and that is somebody's.
 */
export async function proposeCodes(ports: Ports, caller: Caller, draft: ProposalDraft): Promise<Outcome<Proposal>> {
  const { actor } = caller;
  if (actor.partyId === null) {
    return refused(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody could hold the codes'));
  }
  const holder = { ...actor, partyId: actor.partyId };
  const settings = await ports.settings.current();
  const made = await templateFor(ports, settings, draft);
  if (!made.ok) return made;
  const { policy, template } = made.value;
  try {
    return await ports.work.run(async (stores) => {
      await stores.naming.lockSeries(template);
      const { codes, until, obstacle } = await reserveFree(stores.naming, template, draft.count, holder);
      if (codes.length < draft.count) throw new NoneLeft(noneLeft(policy, template, obstacle));
      const data = { policy: policy.name, codes, until: until.toISOString() };
      await stores.audit([{ actor, type: 'CODES_RESERVED', subject: draft.product, data }]);
      return accepted({ codes, policy: policy.name, reservedUntil: until });
    });
  } catch (error) {
    if (error instanceof NoneLeft) return refused(error.problem);
    throw error;
  }
}

/** Rolls the unit of work back: whoever does not get all the codes that they asked for reserves none. */
class NoneLeft extends Error {
  override readonly name = 'NoneLeft';

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** The code, or series of codes, that the policy makes of what is known; or everything that keeps it from that. */
async function templateFor(
  ports: Ports,
  settings: Settings,
  draft: ProposalDraft,
): Promise<Outcome<{ policy: CompiledPolicy; template: CodeTemplate }>> {
  const { count } = draft;
  const problems: Problem[] = [];
  if (count < 1 || count > COUNT_LIMIT) {
    problems.push(
      problem(count < 1 ? 'INVALID_FORMAT' : 'TOO_MANY', `from 1 to ${COUNT_LIMIT} codes at once`, ['count']),
    );
  }
  const definitions = definitionsOf(settings.attributes);
  const sku = readSkuFields(draft.fields, [], definitions);
  problems.push(...sku.problems);
  const product = await productFor(ports, settings, draft);
  if (!product.ok) problems.push(...product.problems);
  const optionNames = product.ok && draft.newProduct === null ? product.value.optionNames : null;
  problems.push(...draftFaults(draft, optionNames));
  if (!product.ok || problems.length > 0) return { ok: false, problems };
  const policy = policyOf(compilePolicies(settings.naming), draft, product.value);
  if (!policy.ok) return policy;
  const { title = null, optionValues = [], attributes } = sku.patch;
  const facts = namingFactsOf({ title: title ?? '', optionValues, attributes: attributes ?? {} }, product.value);
  const given = new Map(draft.segments.map(({ name, value }) => [name, value]));
  const { template, faults } = templateOf(policy.value, facts, given);
  for (const fault of faults) {
    problems.push(problem('NAMING_POLICY', `${policy.value.name}: ${fault.message}`, placeOf(fault, draft)));
  }
  const unfit = faults.length > 0 ? null : proposedFault(codeAt(template, 1) ?? '');
  if (unfit) problems.push(problem('NAMING_POLICY', `${policy.value.name}: ${unfit}`, ['product']));
  if (template.digits === null && count > 1) {
    problems.push(
      problem('TOO_MANY', `${policy.value.name} has no running number, so it makes one code only`, ['count']),
    );
  }
  return problems.length > 0 ? { ok: false, problems } : accepted({ policy: policy.value, template });
}

type ProductFacts = NonNullable<Parameters<typeof namingFactsOf>[1]> & { optionNames: readonly string[] };

async function productFor(ports: Ports, settings: Settings, draft: ProposalDraft): Promise<Outcome<ProductFacts>> {
  const known = await ports.catalog.productByHandle(draft.product);
  const shown = draft.product.slice(0, 60);
  if (known && draft.newProduct) {
    return refused(problem('HANDLE_TAKEN', `product ${shown} exists already`, ['newProduct']));
  }
  if (known) return accepted(known);
  if (!draft.newProduct) {
    const message = `no product has the handle ${shown}; say newProduct for one that is not there yet`;
    return refused(problem('NOT_FOUND', message, ['product']));
  }
  const { patch, problems } = readProductFields(draft.newProduct, definitionsOf(settings.attributes));
  if (problems.length > 0) return { ok: false, problems: under(['newProduct'], problems) };
  const { title = '', vendor = null, productType = null, category = null, tags = [], optionNames = [] } = patch;
  const attributes = patch.attributes ?? {};
  return accepted({ handle: draft.product, title, vendor, productType, category, tags, optionNames, attributes });
}

function policyOf(
  policies: readonly CompiledPolicy[],
  draft: ProposalDraft,
  product: ProductFacts,
): Outcome<CompiledPolicy> {
  if (draft.policy !== null) {
    const asked = policies.find(({ name }) => foldCode(name) === foldCode(draft.policy ?? ''));
    if (asked) return accepted(asked);
    return refused(problem('NOT_FOUND', `no naming policy has the name ${draft.policy.slice(0, 60)}`, ['policy']));
  }
  const found = policyFor(policies, product);
  if (found) return accepted(found);
  const message = `no naming policy reaches product ${product.handle}, so any free code will do`;
  return refused(problem('NAMING_POLICY', message, ['product']));
}

/** Why there are not as many free codes as were asked for. */
function noneLeft({ name }: CompiledPolicy, template: CodeTemplate, obstacle: CodeObstacle | null): Problem {
  const { prefix: code, suffix, digits } = template;
  if (digits !== null) return problem('CODE_TAKEN', `${name}: every number of ${code}…${suffix} is taken`, ['count']);
  const only = `${name} makes only ${code} of this`;
  switch (obstacle?.why) {
    case 'TAKEN':
      return problem('CODE_TAKEN', `${only}, which SKU ${obstacle.by} has`, ['optionValues']);
    case 'PROPOSED':
      return problem('CODE_TAKEN', `${only}, which ${obstacle.by} proposes`, ['optionValues']);
    case 'LOOKS_LIKE':
      return problem('LOOKS_LIKE', `${only}; ${looksLike(code, [obstacle.by])}`, ['optionValues']);
    case 'RESERVED':
    case undefined:
      return problem('CODE_RESERVED', `${only}, which is reserved for ${obstacle?.by ?? 'somebody else'}`, [
        'optionValues',
      ]);
  }
}
