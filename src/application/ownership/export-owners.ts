import type { OrphanCause } from '../../domain/ownership/coverage.js';
import { orphanCause } from '../../domain/ownership/coverage.js';
import { answerOwners } from '../../domain/ownership/owner-question.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { OwnedSku } from '../ports/ownership-reader.js';
import type { Ports } from '../ports/ports.js';

/** Which SKUs are asked for, as callers word it; null: all. */
export interface OwnerExportRequest {
  /** Party code. */
  owner: string | null;
  /** `true` or `false`. */
  orphaned: string | null;
}

/** The first two are what `assignOwners` takes: whoever fills in the second sends the file back as it is. */
const OWNERS_HEADER = [
  'SKU',
  'Owner',
  'Present Owner',
  'Decided By',
  'Orphaned',
  'Title',
  'State',
  'Product',
  'Product Type',
  'Vendor',
];

const RULES_HEADER = ['Scope', 'Match', 'Owner', 'Effective From', 'Effective To'];

const WHY: Readonly<Record<OrphanCause, string>> = {
  NO_RULE: 'no rule',
  OWNER_INACTIVE: 'owner inactive',
  TEAM_WITHOUT_ACTIVE_MEMBER: 'team without active member',
};

/**
 * SKUs with their owners as CSV, by code, in pieces as they are read; memory holds one piece. RETIRED ones are left out.
 * The column Owner is empty, to be filled in with whom a SKU is to have.
 * @returns the pieces, or INVALID_FORMAT, or NOT_FOUND for an owner that nobody knows.
 */
export async function exportOwners(
  ports: Pick<Ports, 'catalog' | 'ownership'>,
  { owner, orphaned }: OwnerExportRequest,
): Promise<Outcome<AsyncGenerator<string>>> {
  if (orphaned !== null && orphaned !== 'true' && orphaned !== 'false') {
    return refused(problem('INVALID_FORMAT', 'orphaned is true or false', ['orphaned']));
  }
  const parties = new Map((await ports.catalog.parties()).map((party) => [party.id, party]));
  const code = owner === null ? null : foldCode(owner);
  if (code !== null && ![...parties.values()].some((party) => party.code === code)) {
    return refused(problem('NOT_FOUND', `no party has the code ${owner}`, ['owner']));
  }
  const question = { owner: code, orphaned: orphaned === null ? null : orphaned === 'true' };
  const answer = owner === null && orphaned === null ? null : answerOwners(parties, question);
  const pieces = async function* (): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvLines([OWNERS_HEADER]);
    for await (const skus of ports.ownership.owned(answer)) yield csvLines(skus.map((sku) => lineOf(sku, parties)));
  };
  return accepted(pieces());
}

function lineOf({ rule, ...sku }: OwnedSku, parties: ReadonlyMap<string, Party>): string[] {
  const cause = orphanCause(rule?.ownerId ?? null, parties);
  return [
    sku.code,
    '',
    rule === null ? '' : (parties.get(rule.ownerId)?.code ?? ''),
    rule === null ? '' : [rule.scope, rule.written].filter((part) => part !== null).join(' '),
    cause === null ? '' : WHY[cause],
    sku.title,
    sku.state,
    sku.handle,
    sku.productType ?? '',
    sku.vendor ?? '',
  ];
}

/** Rules that are in force or to come, as `assignOwners` takes them: sent back, they change nothing. */
export async function* exportRules(ports: Pick<Ports, 'catalog' | 'ownership'>): AsyncGenerator<string> {
  const codes = new Map((await ports.catalog.parties()).map(({ id, code }) => [id, code]));
  yield BYTE_ORDER_MARK + csvLines([RULES_HEADER]);
  for await (const rules of ports.ownership.liveRules()) yield csvLines(rules.map((rule) => ruleLine(rule, codes)));
}

function ruleLine(rule: OwnershipRule, codes: ReadonlyMap<string, string>): string[] {
  const { scope, written, ownerId, effectiveFrom, effectiveTo } = rule;
  return [
    scope,
    written ?? '',
    codes.get(ownerId) ?? '',
    effectiveFrom.toISOString(),
    effectiveTo?.toISOString() ?? '',
  ];
}
