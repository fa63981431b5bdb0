import { ConnectorError } from '../../../application/ports/connector.js';
import type { Json } from '../../../domain/primitives/json.js';
import type { DeliveryFault, ErrorClass } from '../../../domain/publishing/system.js';
import { faultOf, rawOf, retryAfterSeconds, withoutSecrets } from '../../faults.js';

/** One entry of the top-level `errors` of a GraphQL answer. */
export interface TopLevelError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; problems?: { path?: (string | number)[]; explanation?: string }[] };
}

export interface CostExtension {
  requestedQueryCost?: number;
  actualQueryCost?: number | null;
  throttleStatus?: { maximumAvailable?: number; currentlyAvailable?: number; restoreRate?: number };
}

export interface UserError {
  code?: string | null;
  field?: string[] | null;
  message: string;
}

/** A refusal that names which entries of a list were wrong, so that the others can be sent again without them. */
export class ShopifyRefusal extends ConnectorError {
  constructor(
    fault: DeliveryFault,
    /** Faults by index into the variants that were sent; empty when the refusal is about the whole. */
    readonly byVariant: Map<number, DeliveryFault>,
  ) {
    super(fault);
    this.name = 'ShopifyRefusal';
  }
}

/**
 * Shopify's documented statuses (shopify.md 3.1 [D]); every 5xx and every other 4xx by its kind. 404 is of the API and of no
 * record: there is no such shop, or none that serves this version, and whatever waits for it would fare alike.
 */
const HTTP_CLASSES: Record<number, ErrorClass> = {
  401: 'AUTH',
  402: 'AUTH',
  403: 'AUTH',
  404: 'AUTH',
  423: 'AUTH',
  429: 'RATE_LIMITED',
  430: 'RATE_LIMITED',
};

/** What an HTTP answer outside 2xx means. A 5xx leaves open whether a mutation happened (shopify.md 3.1 [D]). */
export function httpFault(
  answer: { status: number; headers: Headers; text: string },
  mutation: boolean,
  secrets: string[],
): DeliveryFault {
  const { status } = answer;
  const errorClass = HTTP_CLASSES[status] ?? classOfStatus(status);
  const why = status === 404 ? ': no shop is there, or it does not serve this version of the API' : '';
  return faultOf(errorClass, `Shopify answered HTTP ${status}${why}`, {
    code: String(status),
    retryAfterSeconds: retryAfterSeconds(answer.headers.get('Retry-After'), Date.now()),
    ambiguous: mutation && (errorClass === 'TRANSIENT' || errorClass === 'UNKNOWN'),
    raw: rawOf(answer.text, secrets),
  });
}

function classOfStatus(status: number): ErrorClass {
  if (status >= 500) return 'TRANSIENT';
  return status >= 400 ? 'VALIDATION' : 'UNKNOWN';
}

/** Codes of top-level errors: [R] and [M] in shopify.md 2.2 and 3.1. What is not listed is UNKNOWN. */
const GRAPHQL_CLASSES: Record<string, ErrorClass> = {
  THROTTLED: 'RATE_LIMITED',
  ACCESS_DENIED: 'AUTH',
  SHOP_INACTIVE: 'AUTH',
  MAX_COST_EXCEEDED: 'VALIDATION',
  MAX_INPUT_SIZE_EXCEEDED: 'VALIDATION',
  undefinedField: 'VALIDATION',
  argumentLiteralsIncompatible: 'VALIDATION',
  INVALID_VARIABLE: 'VALIDATION',
  INTERNAL_SERVER_ERROR: 'TRANSIENT',
};

/** What the top-level errors of a 200 mean; they go by the first one that bears a code. */
export function topLevelFault(
  errors: TopLevelError[],
  cost: CostExtension | undefined,
  mutation: boolean,
  secrets: string[],
): ShopifyRefusal {
  const telling = errors.find((each) => each.extensions?.code) ?? errors[0];
  const code = telling?.extensions?.code ?? null;
  const errorClass = (code === null ? undefined : GRAPHQL_CLASSES[code]) ?? 'UNKNOWN';
  const said = errors.map((each) => each.message).join('; ') || 'Shopify answered errors without a message';
  const message = withoutSecrets(said, secrets);
  const fault = faultOf(errorClass, message, {
    code,
    retryAfterSeconds: code === 'THROTTLED' ? throttleSeconds(cost) : null,
    ambiguous: mutation && (errorClass === 'TRANSIENT' || errorClass === 'UNKNOWN'),
    raw: rawOf(JSON.stringify({ errors, cost }), secrets),
  });
  return new ShopifyRefusal(fault, code === 'INVALID_VARIABLE' ? variableFaults(errors, fault) : new Map());
}

/** Seconds until the bucket holds what was asked: (requested − available) / restore rate (shopify.md 3.1 [M]). */
export function throttleSeconds(cost: CostExtension | undefined): number {
  const available = cost?.throttleStatus?.currentlyAvailable;
  const rate = cost?.throttleStatus?.restoreRate;
  if (cost?.requestedQueryCost === undefined || available === undefined || !rate) return 1;
  return Math.max(0, (cost.requestedQueryCost - available) / rate);
}

/** The problems of an INVALID_VARIABLE that lie in one variant: path `[2, "price"]` or `["variants", 2, "price"]`. */
function variableFaults(errors: TopLevelError[], whole: DeliveryFault): Map<number, DeliveryFault> {
  const found = new Map<number, DeliveryFault>();
  for (const problem of errors.flatMap((each) => each.extensions?.problems ?? [])) {
    const index = variantIndex(problem.path ?? []);
    // One problem outside any variant spoils the whole: nothing can be sent again without some variant.
    if (index === null) return new Map();
    const message = `${(problem.path ?? []).join('.')}: ${problem.explanation ?? whole.message}`;
    found.set(index, { ...whole, message });
  }
  return found;
}

/**
 * What the `userErrors` of a payload mean; null when there are none. Nothing was executed: the mutations used here are
 * all-or-nothing (shopify.md 2.2).
 */
export function refusalOf(userErrors: UserError[], secrets: string[]): ShopifyRefusal | null {
  const byVariant = new Map<number, DeliveryFault>();
  let first: DeliveryFault | null = null;
  for (const error of userErrors) {
    const fault = userFault(error, secrets);
    const index = variantIndex(error.field ?? []);
    // One that lies in no variant is about the whole: nothing can be sent again without some variant.
    if (index === null) return new ShopifyRefusal(fault, new Map());
    first ??= fault;
    if (!byVariant.has(index)) byVariant.set(index, fault);
  }
  return first && new ShopifyRefusal(first, byVariant);
}

/** One userError. Several mutations give no code at all (shopify.md 2.2 [V]): there only the message is left to go by. */
export function userFault(error: UserError, secrets: string[]): DeliveryFault {
  const code = error.code ?? null;
  const errorClass = code === null ? classOfMessage(error.message) : classOfCode(code);
  return faultOf(errorClass, withoutSecrets(error.message, secrets), {
    code,
    raw: rawOf(JSON.stringify({ code, field: error.field ?? null, message: error.message } satisfies Json), secrets),
  });
}

/** The product or variant itself is gone. An unknown option or metafield is bad input, not absence. */
const GONE = new Set(['NOT_FOUND', 'PRODUCT_DOES_NOT_EXIST', 'PRODUCT_VARIANT_DOES_NOT_EXIST']);
const TAKEN = new Set(['VARIANT_ALREADY_EXISTS', 'VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE']);
const BUSY = new Set(['OPERATION_IN_PROGRESS', 'LIMIT_REACHED']);
/** "Something went wrong, please try again", "Error processing request in the background job" [V: schema text]. */
const BROKEN = new Set(['GENERIC_ERROR', 'JOB_ERROR']);

function classOfCode(code: string): ErrorClass {
  if (GONE.has(code)) return 'NOT_FOUND';
  if (TAKEN.has(code)) return 'CONFLICT';
  if (BROKEN.has(code)) return 'UNKNOWN';
  return BUSY.has(code) ? 'RATE_LIMITED' : 'VALIDATION';
}

function classOfMessage(message: string): ErrorClass {
  return /does not exist/i.test(message) ? 'NOT_FOUND' : 'VALIDATION';
}

/** Which variant a path points into: the number after `variants`, or the one with which it begins. */
function variantIndex(path: (string | number)[]): number | null {
  const at = path.indexOf('variants');
  const segment = at >= 0 ? path[at + 1] : path[0];
  return segment !== undefined && /^\d+$/.test(String(segment)) ? Number(segment) : null;
}
