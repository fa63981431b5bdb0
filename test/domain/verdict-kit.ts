import type { Actor } from '../../src/domain/actor.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import { compareRecord } from '../../src/domain/drift/compare.js';
import type { KnownRecord, OpenFinding } from '../../src/domain/drift/finding.js';
import { identityOf, kindOfField } from '../../src/domain/drift/finding.js';
import type { Judgement } from '../../src/domain/drift/judge.js';
import { judgeRecord } from '../../src/domain/drift/judge.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';

/** The system that all of it is seen in. */
export const SYSTEM = 'shop';
export const OPENED = new Date('2026-11-23T12:00:00Z');
const OLI: Actor = { kind: 'API_KEY', id: 'k', name: 'oli', partyId: 'p' };

/** One look at one field. */
export interface Look {
  field: string;
  /** What the master wants. */
  c: Json;
  /** What was last published; left out: nothing ever was. */
  b?: Json;
  /** What the system shows; left out: it has no place for the field. */
  o?: Json;
  /** What writes of ours, sent and not settled, were to leave behind. */
  w?: Json[];
  unreadable?: boolean;
  /** Of the rule of the field; the rest is as the default matrix has it. */
  rule?: Partial<FieldRule>;
  state?: LifecycleState;
  /** The finding that is open on the field: what it found, and what became of it. */
  open?: Partial<Pick<OpenFinding, 'found' | 'state' | 'healing'>> & { revert?: boolean };
  /** A request has changed the field: so many milliseconds after the finding opened. */
  requestedAfter?: number;
  readOnly?: boolean;
}

/** What it comes to, in one line: `DRIFT, both moved: finding HIGH, held`. */
export function verdictOf(look: Look): string {
  const { field } = look;
  const own = { ...ruleOf(field), ...look.rule };
  const of = (value: Json | undefined): FieldValues => (value === undefined ? {} : normaliseAll({ [field]: value }));
  const published = look.b === undefined ? null : of(look.b);
  const comparisons = compareRecord({
    canonical: of(look.c),
    base: published,
    observed: of(look.o),
    unreadable: look.unreadable ? [field] : [],
    expected: (look.w ?? []).map(of),
    rules: [own],
  });
  const [one] = comparisons;
  if (!one) return 'NOT_COMPARED';
  const record: KnownRecord = {
    id: 'r',
    productId: 'p',
    skuId: 's',
    target: 'A-1',
    skuState: look.state ?? 'ACTIVE',
    published,
    openFindings: look.open ? [openOf(field, look.open)] : [],
  };
  const judgement = judgeRecord(record, comparisons, {
    system: SYSTEM,
    attribution: null,
    changedAt: new Map(
      look.requestedAfter === undefined ? [] : [[field, new Date(OPENED.getTime() + look.requestedAfter)]],
    ),
    readOnly: look.readOnly ?? false,
    undecided: {},
    policyVersion: 7,
  });
  const verdict = one.result.verdict === 'DRIFT' && one.result.bothMoved ? 'DRIFT, both moved' : one.result.verdict;
  const consequences = consequencesOf(field, judgement);
  return consequences.length === 0 ? verdict : `${verdict}: ${consequences.join(', ')}`;
}

function ruleOf(field: string): FieldRule {
  const own = DEFAULT_RULES.find((each) => each.field === field);
  return own ?? { field, owner: 'NONE', onDrift: 'FLAG', severity: 'LOW', tolerance: null };
}

function openOf(field: string, { revert = false, ...open }: NonNullable<Look['open']>): OpenFinding {
  const found = normaliseAll({ [field]: open.found ?? null })[field] ?? null;
  return {
    id: 'f',
    kind: kindOfField(field),
    field,
    openedAt: OPENED,
    revertRequestedBy: revert ? OLI : null,
    ...open,
    found,
  };
}

function consequencesOf(field: string, judgement: Judgement): string[] {
  const { findings, closings, writes, endings, taken, held, waived, ignored, notCovered } = judgement;
  const out = findings.map(({ kind, severity, policy, identity }) => {
    if (identity !== identityOf('r', kind, field)) throw new Error(`a finding of something else: ${identity}`);
    const named = kind === 'FIELD' ? 'finding' : `finding ${kind}`;
    return `${named} ${severity}${policy ? ` ${policy.action}` : ''}`;
  });
  const lists: [string, readonly unknown[]][] = [
    ['take', taken],
    ['held', held],
    ['waived', waived],
    ['ignored', ignored],
    ['not covered', notCovered],
  ];
  out.push(...lists.flatMap(([word, list]) => (list.length > 0 ? [word] : [])));
  if (field in writes) out.push(`write ${JSON.stringify(writes[field])}`);
  const ending = endings[field];
  if (ending) out.push(`then ${ending.resolution}`);
  out.push(...closings.map(({ resolution }) => `closes ${resolution}`));
  return out;
}
