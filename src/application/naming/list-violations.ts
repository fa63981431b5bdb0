import type { NamingViolation } from '../../domain/naming/judge-code.js';
import { compilePolicies, judgeCode } from '../../domain/naming/judge-code.js';
import type { CompiledPolicy } from '../../domain/naming/policy.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { CodeToJudge, NamingReader } from '../ports/naming-store.js';
import type { Ports } from '../ports/ports.js';

/** A code of the master that does not fit the policy that reaches it. */
export type MisnamedSku = NamingViolation & Pick<CodeToJudge, 'skuId' | 'code'>;

export interface ViolationPage {
  violations: MisnamedSku[];
  /** Folded code behind which the next page begins; null at the end of the catalogue. */
  next: string | null;
}

/** Codes read at once, and codes that one page looks at at most: where few are wrong, a page is short rather than slow. */
const BATCH = 1_000;
const PAGE_SCAN = 10_000;

/**
 * The next `first` codes behind `after` that do not fit their policy, in order of the code.
 * @param policy only those of this policy; null: of all. Refused with NOT_FOUND where there is none of that name.
 */
export async function listViolations(
  ports: Ports,
  page: { first: number; after: string },
  policy: string | null,
): Promise<Outcome<ViolationPage>> {
  const policies = compilePolicies((await ports.settings.current()).naming);
  const violations: MisnamedSku[] = [];
  let after = page.after;
  // Where there is nothing to judge by, nothing is read.
  if (policies.length === 0 && policy === null) return accepted({ violations, next: null });
  const unknown = unknownPolicy(policies, policy);
  if (unknown) return refused(unknown);
  for (let scanned = 0; scanned < PAGE_SCAN; scanned += BATCH) {
    const batch = await ports.naming.codes(after, BATCH);
    for (const each of batch) {
      after = foldCode(each.code);
      const violation = judgedOf(policies, each, policy);
      if (violation) violations.push(violation);
      if (violations.length === page.first) return accepted({ violations, next: after });
    }
    if (batch.length < BATCH) return accepted({ violations, next: null });
  }
  return accepted({ violations, next: after });
}

/** Where a policy is named that there is not. */
export function unknownPolicy(policies: readonly CompiledPolicy[], policy: string | null): Problem | null {
  if (policy === null || policies.some(({ name }) => foldCode(name) === foldCode(policy))) return null;
  return problem('NOT_FOUND', `no naming policy has the name ${policy.slice(0, 60)}`, ['policy']);
}

/** Why a code does not fit, or null. @param only of this policy; null: of any. */
export function judgedOf(
  policies: readonly CompiledPolicy[],
  each: CodeToJudge,
  only: string | null,
): MisnamedSku | null {
  const violation = judgeCode(policies, each.code, each.facts);
  if (!violation || (only !== null && foldCode(violation.policy) !== foldCode(only))) return null;
  return { ...violation, skuId: each.skuId, code: each.code };
}

/** All codes of the master, a batch at a time. */
export async function* allCodes(naming: NamingReader): AsyncGenerator<CodeToJudge[]> {
  for (let after = ''; ;) {
    const batch = await naming.codes(after, BATCH);
    if (batch.length > 0) yield batch;
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = foldCode(last.code);
  }
}
