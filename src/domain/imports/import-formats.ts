import type { ImportFormat } from './import-format.js';
import { shopifyCsv } from './shopify-csv.js';
import { bundleCsv } from './bundle-csv/bundle-csv.js';
import { skuCsv } from './sku-csv/sku-csv.js';

/**
 * Every kind of file that can be imported, in the order in which they are named to callers. What is not here is refused.
 * A new one is a file of its own beside this one and a name in this list: the engine knows no columns.
 */
const FORMATS: readonly ImportFormat[] = [shopifyCsv, skuCsv, bundleCsv];

/** Codes of all formats, for whoever asks for one that there is not. */
export const IMPORT_FORMATS: readonly string[] = FORMATS.map(({ code }) => code);

/** The format of this code, or null. */
export function importFormat(code: string): ImportFormat | null {
  return FORMATS.find((format) => format.code === code) ?? null;
}
