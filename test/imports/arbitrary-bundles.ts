import fc from 'fast-check';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import { moneyText } from '../../src/domain/primitives/decimal.js';
import { code, line, maybe, money } from './arbitrary-catalog.js';

/** A catalogue of simple SKUs, and bundles of them and of each other. */
export interface BundleCatalog {
  parts: ProposedChange[];
  bundles: ProposedChange[];
}

/** So few of each, at so many levels, that no limit of a composition is reached. */
const LEVELS = 4;

const shape = fc.record({
  title: line(40),
  vendor: maybe(line(12)),
  productType: maybe(line(12)),
  price: maybe(money.map((text) => moneyText(text))),
  lines: fc.uniqueArray(fc.record({ of: fc.nat(), quantity: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ of }) => of % 64,
  }),
});

/** Every bundle has a product of its own and holds SKUs that stand before it; what holds what is anything but a circle. */
export const bundleCatalogs: fc.Arbitrary<BundleCatalog> = fc
  .record({
    codes: fc.uniqueArray(code, { minLength: 12, maxLength: 24, selector: foldCode }),
    shapes: fc.array(shape, { minLength: 1, maxLength: 20 }),
  })
  .map(({ codes, shapes }) => {
    const simple = codes.slice(0, 4);
    const parts = simple.flatMap((target, index) => made(target, `part-${index}`, { title: target }, {}));
    const level = new Map(simple.map((target) => [target, 0]));
    const bundles = codes.slice(4).flatMap((target, index) => {
      const { lines, price, ...own } = shapes[index % shapes.length] ?? { title: target, lines: [], price: null };
      const fit = [...level].filter(([, depth]) => depth < LEVELS).map(([each]) => each);
      const held = new Map(lines.map(({ of, quantity }) => [fit[of % fit.length] ?? target, quantity]));
      const bundle = [...held].map(([sku, quantity]) => ({ sku, quantity: held.size === 1 ? 2 : quantity }));
      level.set(target, 1 + Math.max(...[...held.keys()].map((each) => level.get(each) ?? 0)));
      return made(target, `kit-${index}`, own, { kind: 'BUNDLE', bundle, title: own.title, price });
    });
    return { parts, bundles };
  });

function made(target: string, handle: string, own: FieldValues, sku: FieldValues): ProposedChange[] {
  const product = { ...own, optionNames: [] };
  return [
    { operation: 'PRODUCT_CREATE', target: handle, baseRevision: null, patch: product },
    { operation: 'SKU_CREATE', target, baseRevision: null, patch: { ...sku, product: handle } },
  ];
}
