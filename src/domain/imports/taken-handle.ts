import { hasControls } from '../primitives/text.js';
import type { ProblemCode } from '../problem.js';

const HANDLE_LIMIT = 255;

/**
 * Why a handle cannot be taken over, or null. Looser than what people may give a new product: Shopify itself allows
 * letters of any script, and a baseline keeps what is there.
 */
export function takenHandleFault(handle: string): { code: ProblemCode; message: string } | null {
  if (handle === '') return { code: 'REQUIRED', message: 'a row names its product by handle' };
  if (handle.length > HANDLE_LIMIT) {
    return { code: 'TOO_LONG', message: `a handle has at most ${HANDLE_LIMIT} characters` };
  }
  if (hasControls(handle) || /\s/.test(handle)) {
    return { code: 'INVALID_FORMAT', message: 'a handle holds neither spaces nor control characters' };
  }
  return null;
}
