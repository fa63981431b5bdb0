import { ConnectorError } from '../../../application/ports/connector.js';

/** Components that an app made are that app's: no other one may change them (shopify.md 2.2 [V]). */
const OWNED = 'PRODUCT_EXPANDER_APP_OWNERSHIP_ALREADY_EXISTS';

/**
 * In which words the mutations for product bundles say so is not recorded; they have no code for it. These are the words of
 * the schema for the code above [B].
 */
const OWNED_WORDS = /\b(?:owned by|belongs? to) another app\b/i;

/** The error as it is to be thrown: one that says so names the field that is not ours. */
export function asForeign(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error;
  const { fault } = error;
  if (fault.code !== OWNED && !(fault.class === 'VALIDATION' && OWNED_WORDS.test(fault.message))) return error;
  const message = `another app made this bundle, and only there it can be changed: ${fault.message}`;
  return new ConnectorError({ ...fault, message, notOurs: 'bundle.components' });
}
