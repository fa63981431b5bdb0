import { addDecimals, multiplyDecimals } from '../../../domain/primitives/decimal.js';
import { shopMoney } from '../normalise.js';
import { defaultOptions, tupleKey } from '../option-input.js';
import type {
  BundledProductDoc,
  ComponentDoc,
  OperationErrorCode,
  OptionDoc,
  ProductDoc,
  VariantDoc,
} from '../product-doc.js';
import { DEFAULT_TITLE } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';
import { APP_TITLE } from '../shop-view.js';
import { newVariant } from '../variant-input.js';
import { COMPONENT_LIMIT } from './bundle-draft.js';
import { selectedVariants } from './product-bundle-view.js';
import { isForeign } from './variant-relationships.js';

const OPTION_LIMIT = 3;
const VARIANT_LIMIT = 2048;

/** What a job ended with instead. */
export class JobRefusal extends Error {
  constructor(
    readonly code: OperationErrorCode,
    message: string,
  ) {
    super(message);
  }
}

interface Choice {
  name: string;
  values: string[];
}

/**
 * Makes `product`, a copy, into a bundle of these: its options and variants are what the components leave to choose, and
 * whatever options and variants it had besides are gone [C]. Prices are the sums of what is in them, whatever they were
 * [C]; a new variant has no SKU [V: the input has none].
 * @throws JobRefusal in words of our own: those of Shopify's jobs are not recorded [B].
 */
export function assemble(context: ShopContext, product: ProductDoc, bundles: BundledProductDoc[]): void {
  if (product.variants.some(isForeign)) {
    throw new JobRefusal('INVALID_INPUT', 'The products for these product variants are already owned by another App.');
  }
  if (bundles.length > COMPONENT_LIMIT)
    throw new JobRefusal('INVALID_INPUT', `Exceeded the maximum of ${COMPONENT_LIMIT} components.`);
  if (bundles.some(({ quantity }) => quantity < 1)) throw new JobRefusal('INVALID_INPUT', 'Quantity must be positive.');
  refuseNesting(context, product, bundles);
  const choices: Choice[] = bundles.flatMap(({ selections }) => selections.filter(({ values }) => values.length > 1));
  if (choices.length > OPTION_LIMIT)
    throw new JobRefusal('INVALID_INPUT', `Can only specify a maximum of ${OPTION_LIMIT} options.`);
  if (new Set(choices.map(({ name }) => name)).size < choices.length)
    throw new JobRefusal('INVALID_INPUT', 'Option names must be unique.');
  const tuples = tuplesOf(choices);
  if (tuples.length > VARIANT_LIMIT)
    throw new JobRefusal('INVALID_INPUT', `Product cannot have more than ${VARIANT_LIMIT} variants.`);
  const held = context.features.keepsVariants ? product.variants : [];
  product.variants = tuples.map((tuple) =>
    variantOf(context, held, tuple, componentsOf(context, choices, tuple, bundles)),
  );
  product.options = optionsOf(context, product.options, choices);
  product.bundles = bundles;
  product.updatedAt = context.now;
}

function refuseNesting(context: ShopContext, product: ProductDoc, bundles: BundledProductDoc[]): void {
  const { state } = context;
  const inside = bundles.flatMap((bundled) => {
    const component = state.product(bundled.productId);
    if (!component) throw new JobRefusal('PRODUCT_DOES_NOT_EXIST', 'Product does not exist.');
    return selectedVariants(component, bundled);
  });
  const nests =
    inside.some((variant) => state.componentsOf(variant).length > 0) ||
    product.variants.some(({ id }) => [...state.bundlesWith(id)].length > 0);
  if (nests || bundles.some(({ productId }) => productId === product.id)) {
    throw new JobRefusal('INVALID_INPUT', "Nested parent product variants aren't supported.");
  }
}

/** Every way to choose; one way where nothing is left to choose. */
function tuplesOf(choices: Choice[]): string[][] {
  return choices.reduce<string[][]>(
    (tuples, { values }) => tuples.flatMap((tuple) => values.map((value) => [...tuple, value])),
    [[]],
  );
}

/** What is in the variant that was chosen so. */
function componentsOf(
  context: ShopContext,
  choices: Choice[],
  tuple: string[],
  bundles: BundledProductDoc[],
): { variant: VariantDoc; quantity: number }[] {
  return bundles.map((bundled) => {
    const component = context.state.product(bundled.productId);
    const selections = bundled.selections.map((selection) => {
      const at = choices.findIndex(({ name }) => name === selection.name);
      return selection.values.length > 1 ? { ...selection, values: [tuple[at] ?? ''] } : selection;
    });
    const [variant] = component ? selectedVariants(component, { ...bundled, selections }) : [];
    if (!variant) throw new JobRefusal('INVALID_INPUT', 'No variant has the selected option values.');
    return { variant, quantity: bundled.quantity };
  });
}

function variantOf(
  context: ShopContext,
  held: VariantDoc[],
  tuple: string[],
  inside: { variant: VariantDoc; quantity: number }[],
): VariantDoc {
  const optionValues = tuple.length > 0 ? tuple : [DEFAULT_TITLE];
  const known = held.find((one) => tupleKey(one.optionValues) === tupleKey(optionValues));
  const before = new Map((known?.bundle?.components ?? []).map((one) => [one.variantId, one.id]));
  const components = inside.map(({ variant, quantity }): ComponentDoc => ({
    id: before.get(variant.id) ?? context.state.newId(),
    variantId: variant.id,
    quantity,
  }));
  const prices = inside.map(({ variant, quantity }) => multiplyDecimals(variant.price, String(quantity)));
  return {
    ...(known ?? newVariant(context, optionValues)),
    price: shopMoney(addDecimals(prices)),
    updatedAt: context.now,
    bundle: { owner: APP_TITLE, components },
  };
}

function optionsOf(context: ShopContext, held: OptionDoc[], choices: Choice[]): OptionDoc[] {
  if (choices.length === 0) return held.length === 1 && held[0]?.name === 'Title' ? held : defaultOptions(context);
  return choices.map(({ name, values }) => {
    const known = held.find((option) => option.name === name);
    const valueOf = (value: string): OptionDoc['values'][number] =>
      known?.values.find((one) => one.name === value) ?? { id: context.state.newId(), name: value };
    return { id: known?.id ?? context.state.newId(), name, values: values.map(valueOf) };
  });
}
