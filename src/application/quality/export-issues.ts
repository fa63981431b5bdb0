import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { Ports } from '../ports/ports.js';
import type { QualityIssueView, QualityQuery } from '../ports/quality-store.js';

/** What of the issues is asked for, as callers word it; null: all. */
export interface IssueExportRequest {
  field: string | null;
  code: string | null;
  sku: string | null;
  product: string | null;
  owner: string | null;
  /** `true` or `false`. */
  resolved: string | null;
}

const HEADER = [
  'entity',
  'target',
  'product',
  'field',
  'raw value',
  'code',
  'severity',
  'message',
  'import',
  'line',
  'found at',
  'resolved at',
  'resolved by revision',
];

/**
 * Quality issues as CSV, oldest first, in pieces as they are read; memory holds one piece.
 * @returns the pieces, or everything that is wrong with the request: INVALID_FORMAT.
 */
export function exportIssues(
  ports: Pick<Ports, 'quality'>,
  { resolved, ...request }: IssueExportRequest,
): Outcome<AsyncGenerator<string>> {
  const problems: Problem[] = [];
  if (resolved !== null && resolved !== 'true' && resolved !== 'false') {
    problems.push(problem('INVALID_FORMAT', 'resolved is true or false', ['resolved']));
  }
  if (problems.length > 0) return refused(...problems);
  return accepted(pieces(ports, { ...request, resolved: resolved === null ? null : resolved === 'true' }));
}

async function* pieces(ports: Pick<Ports, 'quality'>, query: QualityQuery): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([HEADER]);
  for await (const issues of ports.quality.all(query)) yield csvLines(issues.map(lineOf));
}

function lineOf(issue: QualityIssueView & { handle: string }): string[] {
  return [
    issue.entity,
    issue.target,
    issue.handle,
    issue.field,
    issue.rawValue ?? '',
    issue.code,
    issue.severity,
    issue.message,
    issue.importId,
    String(issue.line),
    issue.foundAt.toISOString(),
    issue.resolvedAt?.toISOString() ?? '',
    issue.resolvedRevision === null ? '' : String(issue.resolvedRevision),
  ];
}
