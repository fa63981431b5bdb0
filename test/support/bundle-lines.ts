import type { BundleLine } from '../../src/domain/bundle/composition.js';
import type { Json } from '../../src/domain/primitives/json.js';

/**
 * The components of a bundle, as tests write them down.
 * @param text how many of which SKU: "2 a, 1 b".
 */
export function lines(text: string): BundleLine[] {
  return text.split(', ').map((part) => {
    const [quantity, sku = ''] = part.split(' ');
    return { sku, quantity: Number(quantity) };
  });
}

/** The components that a record shows, by code: "1 a, 1 b". */
export function componentsText(observed: Json | undefined): string {
  if (typeof observed !== 'object' || observed === null || Array.isArray(observed)) return '';
  const list = observed['bundle.components'];
  if (!Array.isArray(list)) return list === undefined ? '' : JSON.stringify(list);
  return list
    .flatMap((line) => (typeof line === 'object' && line !== null && !Array.isArray(line) ? [line] : []))
    .map(
      ({ code, quantity }) => `${JSON.stringify(quantity ?? null)} ${JSON.stringify(code ?? null).replaceAll('"', '')}`,
    )
    .join(', ');
}
