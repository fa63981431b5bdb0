import type { FieldRule } from '../domain/drift/source-of-truth.js';
import { FIELD_PLACES, wholeMatrix } from '../domain/truth/matrix.js';
import type { SourceOfTruth } from '../domain/truth/standing.js';
import { REVIEW_DAYS, standingOf } from '../domain/truth/standing.js';
import { markdownTable } from './markdown-table.js';

/** The matrix of a house that has set none and has one ERP called `erp`, as docs/source-of-truth.md has it. */
export const TEMPLATE: SourceOfTruth = {
  version: 0,
  effectiveFrom: new Date(0),
  setBy: null,
  reason: null,
  rules: wholeMatrix([], ['erp']),
  signOffs: [],
};

const ACTS: Readonly<Record<FieldRule['onDrift'], string>> = {
  FLAG: 'recorded, and waits for a person',
  AUTO_REVERT: 'recorded, and the canonical value is pushed again',
  AUTO_ADOPT: 'recorded, and taken into the master',
  IGNORE: 'recorded as resolved, and left as it is',
};

/**
 * Which system owns which field, for people: written out of the matrix that the service itself obeys.
 * @param at null for the template, which is of no day.
 */
export function sourceOfTruthMarkdown(policy: SourceOfTruth, at: Date | null): string {
  const row = (rule: FieldRule): string[] => [
    `\`${rule.field}\``,
    rule.owner === 'NONE' ? 'nobody' : rule.owner,
    (FIELD_PLACES[rule.field] ?? []).map((kind) => (kind === 'SHOPIFY' ? 'Shopify' : 'ERP')).join(', ') ||
      'nowhere else',
    rule.owner === 'NONE' ? 'ignored' : ACTS[rule.onDrift],
    rule.severity,
    rule.tolerance ?? '',
  ];
  const blocks = [
    '# Source of truth: which system owns which field',
    at === null
      ? 'Written by `npm run docs` out of the running definition: this is the matrix until somebody sets another one, with one ERP whose code is `erp`.'
      : inForce(policy, at),
    markdownTable(
      ['field', 'owner', 'is also in', 'what happens to an edit elsewhere', 'severity', 'tolerance'],
      policy.rules.map(row),
    ),
    '## What an owner means',
    '- **MASTER**: the value is changed here, by a change request. What another system shows instead is drift.',
    '- **A system, by its code**: its value is taken into the master by itself, without a finding, and pushed to the other systems. A change request that edits it is refused with `FIELD_OWNED_ELSEWHERE`; a new SKU, and a baseline, may bring a first value, which holds until that system first reports one.',
    '- **nobody** (`NONE`): neither compared nor written.',
    'A tolerance is the absolute difference that still counts as equal. Attributes that have no rule of their own go by `attributes.*`. Descriptions, images, SEO fields, metafields and stock are not governed.',
    '## Sign-off',
    `A version is in force when an ADMIN has set it (\`sourceOfTruthSet\`), and stands once another ADMIN has signed it (\`sourceOfTruthSignOff\`). It is reviewed every quarter: the next sign-off is due ${REVIEW_DAYS} days after the last. While it is unsigned or overdue, nothing heals by itself: AUTO_REVERT and AUTO_ADOPT only record. What a system owns is taken over all the same.`,
    ...(at === null ? [] : signedBlocks(policy)),
    '`GET /source-of-truth.md` is this page for the matrix in force; `sourceOfTruth(version:)` tells every version with its sign-offs.',
  ];
  return `${blocks.join('\n\n')}\n`;
}

function inForce(policy: SourceOfTruth, at: Date): string {
  const { isSigned, isOverdue, nextReviewDue } = standingOf(policy, at);
  const set =
    policy.setBy === null
      ? 'Version 0: the defaults, which nobody has set.'
      : `Version ${policy.version}, set by ${policy.setBy.name} at ${policy.effectiveFrom.toISOString()}: ${policy.reason}`;
  const day = nextReviewDue.toISOString().slice(0, 10);
  if (!isSigned) return `${set}\n\n**Nobody else has signed it yet: nothing heals by itself.**`;
  return `${set}\n\n${isOverdue ? `**Its review is overdue since ${day}: nothing heals by itself.**` : `The next review is due on ${day}.`}`;
}

function signedBlocks({ signOffs }: SourceOfTruth): string[] {
  if (signOffs.length === 0) return ['Nobody has signed this version.'];
  const rows = signOffs.map(({ actor, at, comment }) => [actor.name, at.toISOString(), comment ?? '']);
  return [markdownTable(['signed by', 'at', 'comment'], rows)];
}
