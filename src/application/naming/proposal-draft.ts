import type { ProductFieldsDraft } from '../../domain/catalog/read-product-fields.js';
import { handleFault } from '../../domain/catalog/read-product-fields.js';
import type { SkuFieldsDraft } from '../../domain/catalog/read-sku-fields.js';
import type { TemplateFault } from '../../domain/naming/propose-code.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';

/** What is known of the SKUs that shall get a code. */
export interface ProposalDraft {
  /** Handle of their product. */
  product: string;
  /** The product, where it is not there yet. */
  newProduct: ProductFieldsDraft | null;
  fields: Pick<SkuFieldsDraft, 'title' | 'optionValues' | 'attributes'>;
  /** Texts of segments whose content is the author's choice. */
  segments: { name: string; value: string }[];
  count: number;
  /** Another policy than the one that reaches the product. */
  policy: string | null;
}

/**
 * What a proposal says that would go unused: a segment or an option twice, an option that the product has not, and a
 * handle that no product can have.
 * @param optionNames of the product; null where it is not there yet, so that any name may become one of its options.
 */
export function draftFaults(draft: ProposalDraft, optionNames: readonly string[] | null): Problem[] {
  const problems: Problem[] = [];
  const handle = draft.newProduct && handleFault(draft.product);
  if (handle) problems.push(problem(handle.code, handle.message, ['product']));
  const segments = draft.segments.map(({ name }) => name);
  for (const index of repeated(segments)) {
    problems.push(
      problem('DUPLICATE_CHANGE', `segment ${cut(segments[index])} is given twice`, ['segments', `${index}`, 'name']),
    );
  }
  const options = (draft.fields.optionValues ?? []).map(({ name }) => name);
  for (const index of repeated(options.map(foldCode))) {
    problems.push(
      problem('DUPLICATE_CHANGE', `option ${cut(options[index])} is given twice`, ['optionValues', `${index}`, 'name']),
    );
  }
  if (optionNames === null) return problems;
  const known = new Set(optionNames.map(foldCode));
  const has = optionNames.length === 0 ? 'no options' : `the options ${optionNames.join(', ')}`;
  for (const [index, name] of options.entries()) {
    if (known.has(foldCode(name))) continue;
    const message = `the product has ${has}, and none called ${cut(name)}`;
    problems.push(problem('INVALID_FORMAT', message, ['optionValues', `${index}`, 'name']));
  }
  return problems;
}

/** Where in a proposal is to be mended what keeps a segment from being filled. */
export function placeOf({ segment, of }: TemplateFault, draft: ProposalDraft): string[] {
  const given = draft.segments.findIndex(({ name }) => name === segment);
  if (given >= 0) return ['segments', `${given}`, 'value'];
  if (of === null) return ['segments'];
  const [room, ...rest] = of.split('.');
  const [field = ''] = rest;
  if (room === 'option') {
    const option = foldCode(rest.join('.'));
    const at = (draft.fields.optionValues ?? []).findIndex(({ name }) => foldCode(name) === option);
    return at < 0 ? ['optionValues'] : ['optionValues', `${at}`, 'value'];
  }
  if (room === 'sku') return [field];
  return draft.newProduct === null || field === 'handle' ? ['product'] : ['newProduct', field];
}

/** Places of what stands further in front already. */
function repeated(texts: readonly string[]): number[] {
  return texts.flatMap((text, index) => (texts.indexOf(text) < index ? [index] : []));
}

function cut(text = ''): string {
  return text.slice(0, 40);
}
