import { compilePolicies } from '../../domain/naming/judge-code.js';
import type { CompiledPolicy } from '../../domain/naming/policy.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, refused } from '../../domain/problem.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { CodeToJudge, NamingReader } from '../ports/naming-store.js';
import type { Ports } from '../ports/ports.js';
import { allCodes, judgedOf, unknownPolicy } from './list-violations.js';

const HEADER = ['code', 'title', 'state', 'product', 'vendor', 'type', 'policy', 'enforced', 'why'];

/**
 * Codes that do not fit their naming policy, as CSV, in pieces as they are read, in order of the code: all of the
 * catalogue as it stood at the instant of the first piece, judged by the policies in force when it was asked for.
 * @param policy only those of this policy; null: of all.
 * @returns the pieces, or NOT_FOUND where there is no policy of that name.
 */
export async function exportViolations(
  ports: Pick<Ports, 'catalogExport' | 'settings'>,
  policy: string | null,
): Promise<Outcome<AsyncGenerator<string>>> {
  const policies = compilePolicies((await ports.settings.current()).naming);
  const unknown = unknownPolicy(policies, policy);
  if (unknown) return refused(unknown);
  return accepted(ports.catalogExport.stream(({ naming }) => pieces(naming, policies, policy)));
}

async function* pieces(
  naming: NamingReader,
  policies: readonly CompiledPolicy[],
  policy: string | null,
): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([HEADER]);
  // Where there is nothing to judge by, nothing is read.
  if (policies.length === 0) return;
  for await (const batch of allCodes(naming)) {
    const rows = batch.flatMap((each) => rowsOf(each, policies, policy));
    if (rows.length > 0) yield csvLines(rows);
  }
}

function rowsOf(each: CodeToJudge, policies: readonly CompiledPolicy[], policy: string | null): string[][] {
  const violation = judgedOf(policies, each, policy);
  if (!violation) return [];
  const { code, state, facts } = each;
  const { handle, vendor, productType } = facts.product;
  const { policy: name, enforce, why } = violation;
  return [[code, facts.sku.title ?? '', state, handle, vendor ?? '', productType ?? '', name, String(enforce), why]];
}
