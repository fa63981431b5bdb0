const LENGTHS = [8, 12, 13, 14];

/** What the setting `gtin` allows. */
export interface GtinRules {
  /** Take restricted circulation numbers too: those that a company gives out for itself. */
  allowRestricted: boolean;
}

export const STRICT_GTIN: GtinRules = { allowRestricted: false };

/**
 * What a number's prefix says that it is for. Only ranges to which GS1 gives another meaning than a trade item are told
 * apart: ranges that are merely not given out yet may be tomorrow (GS1 General Specifications release 26, section 1.4:
 * table 1-4 for prefixes of 13 digits, table 1-5 for those of GTIN-8).
 */
export type GtinUse = 'TRADE_ITEM' | 'RESTRICTED' | 'COUPON' | 'REFUND';

/** The GS1 check digit of the digits before it: weights 3 and 1 alternate from the right (GS1 General Specifications 7.9.1). */
export function gs1CheckDigit(body: string): number {
  let sum = 0;
  for (let place = 0; place < body.length; place += 1) {
    const digit = body.charCodeAt(body.length - 1 - place) - 48;
    sum += place % 2 === 0 ? digit * 3 : digit;
  }
  return (10 - (sum % 10)) % 10;
}

/** The 14-digit form under which GTINs of any length are compared. */
export function gtin14(gtin: string): string {
  return gtin.padStart(14, '0');
}

/**
 * What a GTIN is for, by its prefix.
 * Six zeros in front of the 14-digit form mean a GTIN-8, with prefixes of its own: GS1 leaves 0000001 to 0000099 of the
 * longer ones unused so that none collides with it.
 */
export function gtinUse(gtin: string): GtinUse {
  const full = gtin14(gtin);
  if (full.startsWith('000000')) return /^[02]/.test(full.slice(6)) ? 'RESTRICTED' : 'TRADE_ITEM';
  const thirteen = full.slice(1);
  // 02 and 20 to 29 within a region, 04 within a company.
  if (/^(?:02|04|2)/.test(thirteen)) return 'RESTRICTED';
  // 981 to 984 for currencies of several countries, 99 for those of one; 05 was the U.P.C.'s own, and is reserved now.
  if (/^(?:05|98[1-4]|99)/.test(thirteen)) return 'COUPON';
  return thirteen.startsWith('980') ? 'REFUND' : 'TRADE_ITEM';
}

/** Why a text is no usable GTIN, or null when it is one. */
export function gtinFault(text: string, rules: GtinRules = STRICT_GTIN): string | null {
  const form = formFault(text);
  if (form !== null) return form;
  if (/^0+$/.test(text)) return 'zeros only are no GTIN';
  const right = gs1CheckDigit(text.slice(0, -1));
  if (right !== Number(text.at(-1))) {
    const upcA = expandUpcE(text);
    if (upcA !== null) return `this is the short form of a UPC-E barcode; its GTIN-12 is ${upcA}`;
    return `wrong check digit: ${text.slice(0, -1)}${right} would be right`;
  }
  return useFault(text, rules);
}

function formFault(text: string): string | null {
  if (text.length > 64) return 'a GTIN has 8, 12, 13 or 14 digits';
  if (!/^[0-9]+$/.test(text)) {
    if (/^[0-9][0-9 -]*$/.test(text)) return 'a GTIN is written without spaces and hyphens';
    return /^\p{Nd}+$/u.test(text) ? 'a GTIN is written in the digits 0 to 9 of ASCII' : 'a GTIN has digits only';
  }
  return LENGTHS.includes(text.length) ? null : `a GTIN has 8, 12, 13 or 14 digits, not ${text.length}`;
}

function useFault(text: string, { allowRestricted }: GtinRules): string | null {
  const use = gtinUse(text);
  if (use === 'COUPON') return 'the prefix is for coupons (05, 981 to 984, 99), which are no trade items';
  if (use === 'REFUND') return 'the prefix 980 is for refund receipts, which are no trade items';
  if (use !== 'RESTRICTED') return null;
  // A case is numbered after what it contains, and that must be a number of worldwide use (General Specifications 2.1.8).
  if (text.length === 14 && !text.startsWith('0')) {
    return 'a number for restricted circulation (02, 04, 20 to 29) never stands in a GTIN-14';
  }
  if (allowRestricted) return null;
  const upcE = text.length === 8 && text.startsWith('0') ? '; a UPC-E barcode is written with its full 12 digits' : '';
  return text.length === 8
    ? `a GTIN-8 that begins with 0 or 2 is for restricted circulation within a company${upcE}`
    : 'the prefix is for restricted circulation (02, 04, 20 to 29)';
}

/**
 * The GTIN-12 of the eight digits printed below a UPC-E barcode, or null where they are none. UPC-E leaves out zeros of
 * GTIN-12s that begin with 0; systems keep the whole number (GS1 General Specifications, sections 2.1.3.3 and 7.10).
 */
function expandUpcE(text: string): string | null {
  const digits = /^0(\d)(\d)(\d)(\d)(\d)(\d)(\d)$/.exec(text)?.slice(1);
  if (!digits) return null;
  const [a, b, c, d, e, last, check] = digits;
  const body =
    last === '0' || last === '1' || last === '2'
      ? `0${a}${b}${last}0000${c}${d}${e}`
      : last === '3'
        ? `0${a}${b}${c}00000${d}${e}`
        : last === '4'
          ? `0${a}${b}${c}${d}00000${e}`
          : `0${a}${b}${c}${d}${e}0000${last}`;
  return gs1CheckDigit(body) === Number(check) ? body + check : null;
}
