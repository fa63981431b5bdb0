/**
 * Every code that a rejected input can bear. Closed: the API promises them, `docs/errors.md` documents them, and a
 * test holds both lists equal. A code is never renamed; callers branch on it.
 */
export const PROBLEM_CODES = [
  'ALREADY_DECIDED',
  'ATTRIBUTE_NOT_APPLICABLE',
  'ATTRIBUTE_UNKNOWN',
  'CANNOT_BE_UNDONE',
  'CODE_IMMUTABLE',
  'CODE_RESERVED',
  'CODE_TAKEN',
  'COLUMN_DUPLICATE',
  'COLUMN_UNKNOWN',
  'CONFIRMATION_REQUIRED',
  'CSV_INVALID',
  'CSV_NO_SKUS',
  'CYCLE',
  'DUPLICATE_CHANGE',
  'EFFECTIVE_IN_PAST',
  'ENGINEERING_OWNER',
  'FIELD_IMMUTABLE',
  'FIELD_OWNED_ELSEWHERE',
  'FROZEN',
  'GATE_UNSATISFIED',
  'GTIN_INVALID',
  'GTIN_TAKEN',
  'HANDLE_TAKEN',
  'IDEMPOTENCY_MISMATCH',
  'IN_USE',
  'INVALID_FORMAT',
  'LOOKS_LIKE',
  'NAMING_POLICY',
  'NOT_ASKED',
  'NOT_A_BUNDLE',
  'NOT_FOUND',
  'NOT_RESOLVABLE_HERE',
  'NO_APPROVER_KEY',
  'NO_ELIGIBLE_APPROVER',
  'OPTIONS_TAKEN',
  'PARTY_REQUIRED',
  'PRICE_MISSING_FOR_SYSTEM',
  'PRICE_SCALE',
  'REASON_TOO_SHORT',
  'REQUIRED',
  'REVISION_UNKNOWN',
  'ROWS_DISAGREE',
  'SELF_APPROVAL',
  'STALE_BASE',
  'STALE_PLAN',
  'SUCCESSOR_REQUIRED',
  'SYSTEM_UNKNOWN',
  'TOO_LONG',
  'TOO_MANY',
  'TRANSITION_NOT_ALLOWED',
  'VALIDATION_FAILED',
  'WOULD_LOSE_DATA',
  'WRONG_STATE',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One thing that is wrong with an input. `field` is the path into the arguments, e.g. `["changes", "3", "fields", "gtin"]`. */
export interface Problem {
  code: ProblemCode;
  message: string;
  field: string[] | null;
}

export function problem(code: ProblemCode, message: string, field: string[] | null = null): Problem {
  return { code, message, field };
}

/** The same problems, seen from further out: `["gtin"]` becomes `["changes", "3", "fields", "gtin"]`. */
export function under(path: string[], problems: Problem[]): Problem[] {
  return problems.map((each) => ({ ...each, field: [...path, ...(each.field ?? [])] }));
}

/** Either a value, or every reason why there is none. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused<T>(...problems: Problem[]): Outcome<T> {
  return { ok: false, problems };
}
