import type { GtinRules } from '../catalog/gtin.js';
import { gtin14, gtinFault } from '../catalog/gtin.js';
import { skeletonOf } from '../catalog/look-alike.js';
import { foldCode } from '../primitives/text.js';

/** The side of a match that is no system: SKUs that the master holds already. No system can have this code. */
export const MASTER_SIDE = 'MASTER';

/** One SKU record on one side, as far as pairing looks at it. */
export interface MatchRecord {
  /** A system's code, or MASTER. */
  side: string;
  /** The side's own id. */
  id: string;
  /** The SKU whose record in the system this is by stored id; of the master's own SKUs their id. */
  skuId: string | null;
  /** As the side holds it. */
  code: string | null;
  /** A valid GTIN in its 14-digit form (`gtinKey`); null for any other barcode, which names nothing. */
  gtin14: string | null;
  /** With its options. */
  title: string | null;
}

/**
 * By what two records can be the same, the surest first.
 * - STORED_ID: the master has stored both ids under one SKU.
 * - CODE: the codes are one after folding.
 * - GTIN: one GTIN in the 14-digit form; only valid ones count.
 * - LOOKS_ALIKE: the codes differ by what people and spreadsheets confuse.
 * - TITLE: one title, options included.
 */
export const MATCH_KEYS = ['STORED_ID', 'CODE', 'GTIN', 'LOOKS_ALIKE', 'TITLE'] as const;
export type MatchKey = (typeof MATCH_KEYS)[number];

/** The record's value of a key; null where it has none, which pairs with nothing. */
export function keyOfRecord(record: MatchRecord, key: MatchKey): string | null {
  switch (key) {
    case 'STORED_ID':
      return record.skuId;
    case 'CODE':
      return codeKey(record.code);
    case 'GTIN':
      return record.gtin14;
    case 'LOOKS_ALIKE':
      return lookKey(record.code);
    case 'TITLE':
      return titleKey(record.title);
  }
}

function codeKey(code: string | null): string | null {
  return (code === null ? '' : foldCode(code)) || null;
}

/** The 14-digit form of a barcode, or null for what is no valid GTIN by the house's rules. */
export function gtinKey(gtin: string | null, rules: GtinRules): string | null {
  const digits = gtin?.trim() ?? '';
  return digits === '' || gtinFault(digits, rules) !== null ? null : gtin14(digits);
}

/** What people confuse, as for new codes; and the apostrophe with which spreadsheets keep leading zeros. */
export function lookKey(code: string | null): string | null {
  return code === null ? null : skeletonOf(foldCode(code).replace(/^['’]+/u, '')) || null;
}

/** Words alone: without case, punctuation and the kind of white space. */
export function titleKey(title: string | null): string | null {
  if (title === null) return null;
  const words = title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ');
  return words.trim() || null;
}
