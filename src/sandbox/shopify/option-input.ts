import type { OptionDoc, ProductDoc } from './product-doc.js';
import { DEFAULT_TITLE, numberOf } from './product-doc.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { onlyKnown, userError } from './shop-errors.js';
import type { OptionValueInput } from './variant-input.js';

const OPTION_LIMIT = 3;

export interface OptionInput {
  id?: string | null;
  name?: string | null;
  position?: number | null;
  values?: { id?: string | null; name?: string | null }[] | null;
}

/** What a product without options has. */
export function defaultOptions(context: ShopContext): OptionDoc[] {
  const values = [{ id: context.state.newId(), name: DEFAULT_TITLE }];
  return [{ id: context.state.newId(), name: 'Title', values }];
}

/** The complete option list of a product; options and values that were there keep their ids, by id or by name. */
export function writeOptions(
  context: ShopContext,
  held: OptionDoc[],
  inputs: OptionInput[],
  path: string[],
  errors: UserError[],
): OptionDoc[] {
  if (inputs.length > OPTION_LIMIT) {
    errors.push(userError(path, `Can only specify a maximum of ${OPTION_LIMIT} options`, 'OPTIONS_OVER_LIMIT'));
  }
  const ordered = inputs.map((input, at) => ({ input, at, order: input.position ?? at + 1 }));
  ordered.sort((a, b) => a.order - b.order);
  const options = ordered.map(({ input, at }) => writeOption(context, held, input, [...path, String(at)], errors));
  const names = options.map((option) => option.name.toLowerCase());
  if (new Set(names).size < names.length) {
    errors.push(userError(path, 'Duplicated option name', 'DUPLICATED_OPTION_NAME'));
  }
  return options;
}

function writeOption(
  context: ShopContext,
  held: OptionDoc[],
  input: OptionInput,
  path: string[],
  errors: UserError[],
): OptionDoc {
  onlyKnown('OptionSetInput', input, ['id', 'name', 'position', 'values']);
  const id = input.id ? numberOf('ProductOption', input.id) : null;
  const known = held.find((option) => (input.id ? option.id === id : option.name === input.name));
  if (input.id && !known) errors.push(userError([...path, 'id'], 'Option does not exist', 'OPTION_DOES_NOT_EXIST'));
  const name = (input.name ?? known?.name ?? '').trim();
  if (name === '') errors.push(userError([...path, 'name'], "Name can't be blank", 'INVALID_INPUT'));
  const inputs = input.values ?? [];
  if (inputs.length === 0)
    errors.push(userError([...path, 'values'], 'Option values are missing', 'OPTION_VALUES_MISSING'));
  const values = inputs.map((value, at) => {
    onlyKnown('OptionValueSetInput', value, ['id', 'name']);
    const valueId = value.id ? numberOf('ProductOptionValue', value.id) : null;
    const match = known?.values.find((one) => (value.id ? one.id === valueId : one.name === value.name));
    const valueName = (value.name ?? match?.name ?? '').trim();
    if (valueName === '' || valueName.length > 255) {
      const message = 'Option value name must have 1 to 255 characters';
      errors.push(userError([...path, 'values', String(at)], message, 'INVALID_INPUT'));
    }
    return { id: match?.id ?? context.state.newId(), name: valueName };
  });
  if (new Set(values.map((value) => value.name)).size < values.length) {
    errors.push(userError([...path, 'values'], 'Duplicated option value', 'DUPLICATED_OPTION_VALUE'));
  }
  return { id: known?.id ?? context.state.newId(), name, values };
}

/**
 * The names of the values that a variant is given, one per option of the product, in order; `null` where none is given.
 * Options that the product does not have are reported.
 */
export function chosenValues(
  product: ProductDoc,
  inputs: OptionValueInput[],
  path: string[],
  code: string,
  errors: UserError[],
): (string | null)[] {
  const chosen: (string | null)[] = product.options.map(() => null);
  inputs.forEach((input, at) => {
    onlyKnown('VariantOptionValueInput', input, ['id', 'name', 'optionId', 'optionName']);
    const optionId = input.optionId ? numberOf('ProductOption', input.optionId) : null;
    const valueId = input.id ? numberOf('ProductOptionValue', input.id) : null;
    const place = product.options.findIndex((option) => {
      if (input.optionId) return option.id === optionId;
      if (input.optionName) return option.name === input.optionName;
      return option.values.some((value) => value.id === valueId);
    });
    const option = product.options[place];
    const name = input.id ? option?.values.find((value) => value.id === valueId)?.name : input.name?.trim();
    if (!option || !name) errors.push(userError([...path, String(at)], 'Option does not exist', code));
    else chosen[place] = name;
  });
  return chosen;
}

/** Adds values that variants use and the options do not have yet, as the variant mutations do. */
export function addUsedValues(context: ShopContext, product: ProductDoc): void {
  product.options.forEach((option, at) => {
    for (const variant of product.variants) {
      const name = variant.optionValues[at];
      if (name === undefined || option.values.some((value) => value.name === name)) continue;
      option.values.push({ id: context.state.newId(), name });
    }
  });
}

/** One text per option tuple: two variants of a product may not share it. */
export function tupleKey(values: readonly string[]): string {
  return JSON.stringify(values);
}
