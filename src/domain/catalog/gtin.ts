const LENGTHS = [8, 12, 13, 14];

/**
 * Restricted circulation numbers, which shops give out themselves and which therefore collide across companies:
 * GS1 prefixes 02, 04 and 20 to 29 of the 13-digit form (GS1 General Specifications, section 1.4).
 */
const RESTRICTED = /^(?:02|04|2\d)/;

/** The GS1 check digit of the digits before it: weights 3 and 1 alternate from the right (GS1 General Specifications 7.9). */
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

/** Why a text is no usable GTIN, or null when it is one. */
export function gtinFault(text: string): string | null {
  if (!/^[0-9]+$/.test(text) || !LENGTHS.includes(text.length)) return 'a GTIN has 8, 12, 13 or 14 digits';
  if (gs1CheckDigit(text.slice(0, -1)) !== Number(text.at(-1))) {
    return `wrong check digit: ${text.slice(0, -1)}${gs1CheckDigit(text.slice(0, -1))} would be right`;
  }
  const thirteen = gtin14(text).slice(1);
  // A GTIN-8 has prefixes of its own, which the 13-digit rule does not describe.
  if (text.length !== 8 && RESTRICTED.test(thirteen))
    return 'the prefix is for restricted circulation (02, 04, 20 to 29)';
  return null;
}
