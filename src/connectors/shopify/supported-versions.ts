/**
 * Versions of the Admin API whose schemas all documents were checked against: `scripts/check-shopify-documents.mjs` does it
 * on Shopify's own introspection. Newest last. Another one may work, and nobody has looked.
 */
export const SUPPORTED_VERSIONS: readonly string[] = ['2026-07', '2026-10'];

/** Was this version checked? */
export function isSupported(version: string): boolean {
  return SUPPORTED_VERSIONS.includes(version);
}

/**
 * The one to ask for where the settings do not say. Shopify keeps a version for at least a year, and answers a dead one with
 * the oldest that lives (shopify.md 0 [D]), which is told by an alert.
 */
export const DEFAULT_VERSION = '2026-10';
