/** How many digits an HS code has, national ones behind the six of the world's included. */
const DIGITS = /^\d{6,13}$/;

/** What people put between the groups of an HS code, and what says nothing. */
const BETWEEN = /[.\s-]/g;

/**
 * An HS code as the master has it. Customs print it in groups, `6109.10.00`, and so do people in an ERP: it is the same code.
 * A text that is no HS code either way stays as it is, and is told as it stands there. What we write are digits, whatever
 * stood there before.
 */
export function hsDigits(text: string): string {
  const digits = text.replace(BETWEEN, '');
  return DIGITS.test(digits) ? digits : text;
}
