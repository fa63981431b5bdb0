import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { WEIGHT_UNITS } from '../../src/domain/catalog/sku.js';
import { compareRecord } from '../../src/domain/drift/compare.js';
import type { FindingDraft, KnownRecord } from '../../src/domain/drift/finding.js';
import type { Judgement } from '../../src/domain/drift/judge.js';
import { judgeRecord } from '../../src/domain/drift/judge.js';
import type { FindingBefore } from '../../src/domain/drift/lifetime.js';
import { seenAgain } from '../../src/domain/drift/lifetime.js';
import { lawOf, normaliseAll } from '../../src/domain/drift/normalise.js';
import { DEFAULT_RULES, ruleOf } from '../../src/domain/drift/source-of-truth.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import { projectProduct, projectSku } from '../../src/domain/publishing/projection.js';
import type { GovernedSystem, SystemKind } from '../../src/domain/publishing/system.js';
import { runs } from '../support/runs.js';

const money = fc.nat({ max: 99_999_999 }).map((tenths) => (tenths / 100).toFixed(2));
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const word = fc.stringMatching(/^[A-Za-zé&<"' -]{1,20}$/);
const state = fc.constantFrom<LifecycleState>(...LIFECYCLE_STATES.filter((each) => each !== 'DRAFT'));
const NOW = new Date('2026-11-26T12:00:00Z');

const sku: fc.Arbitrary<Sku> = fc.record({
  id: fc.constant('s'),
  code: fc.constant('A-1'),
  kind: fc.constant('SIMPLE' as const),
  productId: fc.constant('p'),
  revision: fc.constant(1),
  createdAt: fc.constant(NOW),
  updatedAt: fc.constant(NOW),
  state,
  title: word,
  optionValues: fc.uniqueArray(fc.record({ name: word, value: word }), { maxLength: 3, selector: ({ name }) => name }),
  gtin: maybe(fc.constantFrom('4006381333931', '96385074', '012345678905')),
  price: maybe(money),
  compareAtPrice: maybe(money),
  cost: maybe(money),
  weight: maybe(fc.record({ value: money, unit: fc.constantFrom(...WEIGHT_UNITS) })),
  hsCode: maybe(fc.constantFrom('610910', '6109100010')),
  countryOfOrigin: maybe(fc.constantFrom('PT', 'DE', 'IN')),
  requiresShipping: fc.boolean(),
  taxable: fc.boolean(),
  taxCode: fc.constant(null),
  unitOfMeasure: maybe(fc.constantFrom('piece', 'pair')),
  attributes: fc.constant({}),
  successor: fc.constant(null),
  listedIn: fc.constant(['there']),
  systemValues: fc.constant([]),
});

const components = fc.uniqueArray(
  fc.record({ code: fc.stringMatching(/^[A-Z][0-9]$/), quantity: fc.integer({ min: 1, max: 2_000 }) }),
  { maxLength: 5, selector: ({ code }) => code },
);

function systemOf(kind: SystemKind): GovernedSystem {
  return { code: 'there', kind, connector: 'any', mode: 'WRITE', currency: 'USD', link: 'LINKED' };
}

/** C of a record: of a SKU in either kind of system, or of a product. */
const projection: fc.Arbitrary<FieldValues> = fc.oneof(
  fc
    .tuple(sku, fc.constantFrom<SystemKind>('SHOPIFY', 'ERP'), maybe(components))
    .map(([one, kind, inside]) => projectSku(one, systemOf(kind), 'USD', inside)),
  fc
    .record({
      title: word,
      handle: fc.stringMatching(/^[a-z]{1,9}$/),
      vendor: maybe(word),
      productType: maybe(word),
      category: fc.constant(null),
      tags: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 5 }),
      states: fc.array(state, { minLength: 1, maxLength: 3 }),
    })
    .map(({ states, ...product }) => {
      const rest = { optionNames: [], attributes: {}, id: 'p', revision: 1, createdAt: NOW, updatedAt: NOW };
      return projectProduct({ ...product, ...rest }, states);
    }),
);

/** The same values as systems spell them: other scales, escaped, decomposed, in another order, with tags of others. */
function spelledOtherwise(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, otherwise(field, value)]));
}

function otherwise(field: string, value: Json): Json {
  if (['price', 'compareAtPrice', 'cost'].includes(field)) return typeof value === 'string' ? `${value}00` : '';
  if (field === 'weight') return value ?? 0;
  if (field === 'product.tags' && Array.isArray(value)) return [...value.toReversed(), 'THEIRS'];
  if (field === 'optionValues' && Array.isArray(value) && value.length === 0)
    return [{ name: 'Title', value: 'Default Title' }];
  if (Array.isArray(value)) return value.toReversed();
  if (typeof value === 'string') {
    const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    return ` ${escaped.normalize('NFD')} `;
  }
  return value === null ? '' : value;
}

function look(
  canonical: FieldValues,
  base: FieldValues | null,
  observed: FieldValues,
  openFindings: KnownRecord['openFindings'] = [],
): Judgement {
  const record: KnownRecord = {
    id: 'r',
    productId: 'p',
    skuId: 's',
    target: 'A-1',
    skuState: 'ACTIVE',
    published: base,
    openFindings,
  };
  const input = {
    canonical,
    base,
    observed: normaliseAll(observed),
    unreadable: [],
    expected: [],
    rules: DEFAULT_RULES,
  };
  return judgeRecord(record, compareRecord(input), {
    system: 'there',
    attribution: null,
    changedAt: new Map(),
    readOnly: false,
    undecided: {},
    policyVersion: 1,
  });
}

describe('what comparing promises, of any record', () => {
  it('finds nothing where a system shows what was published, however it spells it', () => {
    fc.assert(
      fc.property(projection, (published) => {
        for (const shown of [published, spelledOtherwise(published)]) {
          const out = look(published, published, shown);
          expect(out).toMatchObject({ findings: [], closings: [], writes: {}, held: [], taken: [], inSync: true });
          expect(out.base).toEqual(published);
          // Never published, and the same all along: nothing either.
          expect(look(published, null, shown)).toMatchObject({ findings: [], writes: {}, inSync: true });
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it('finds just the one governed field that was changed there, with all three values', () => {
    fc.assert(
      fc.property(projection, projection, fc.nat(), (published, other, pick) => {
        const fields = Object.keys(published).filter((field) => {
          const tolerance = ruleOf(DEFAULT_RULES, field)?.tolerance ?? null;
          const law = lawOf(field);
          return (
            field in other && !law.agrees(published[field] ?? null, other[field] ?? null, published[field], tolerance)
          );
        });
        fc.pre(fields.length > 0);
        const field = fields[pick % fields.length] ?? '';
        const out = look(published, published, { ...spelledOtherwise(published), [field]: other[field] ?? null });
        expect(out.findings).toHaveLength(1);
        expect(out.findings[0]).toMatchObject({
          field,
          expected: published[field],
          found: other[field],
          lastPublished: published[field],
        });
        expect(out).toMatchObject({ writes: {}, held: [field], closings: [] });
      }),
      { numRuns: runs(1_000) },
    );
  });

  /** What is remembered of one record between looks. */
  interface Memory {
    base: FieldValues | null;
    finding: FindingBefore | null;
  }

  const PRICE = { price: '10.00' };

  /** One look at it, with what becomes of its finding; a finding's id and instants are nobody's concern here. */
  function seen(memory: Memory, price: Json): Memory {
    const { finding } = memory;
    const isOpen = finding !== null && finding.state !== 'RESOLVED';
    const open = isOpen
      ? [
          {
            id: 'f',
            kind: 'FIELD' as const,
            field: 'price',
            found: finding.found,
            openedAt: NOW,
            revertRequestedBy: null,
          },
        ]
      : [];
    const { base, findings, closings } = look(PRICE, memory.base, { price }, open);
    const drafted = findings.reduce<FindingBefore | null>((before, draft) => after(before, draft), finding);
    const isClosed = closings.length > 0 && drafted !== null;
    return { base, finding: isClosed ? { ...drafted, state: 'RESOLVED', resolution: 'SELF_HEALED' } : drafted };
  }

  function after(before: FindingBefore | null, draft: FindingDraft): FindingBefore {
    // What this one look did, and when it makes the finding due, is no part of how it stands.
    const { step, due: _due, ...next } = seenAgain(before, draft);
    const isReopened = step === 'REOPENED' ? 1 : 0;
    return { ...next, found: draft.found, recentRecurrences: (before?.recentRecurrences ?? 0) + isReopened };
  }

  const prices = fc.array(fc.constantFrom<Json>('10.00', '10', '11.00', 12, null), { minLength: 1, maxLength: 8 });
  const told = (history: readonly Json[], base: FieldValues | null): Memory =>
    history.reduce<Memory>(seen, { base, finding: null });

  it('comes to the same however often each observation is repeated', () => {
    fc.assert(
      fc.property(prices, fc.array(fc.integer({ min: 1, max: 4 })), fc.boolean(), (history, times, isPublished) => {
        const base = isPublished ? PRICE : null;
        const stuttered = history.flatMap((price, at) => Array<Json>(times[at] ?? 1).fill(price));
        expect(told(stuttered, base)).toEqual(told(history, base));
      }),
      { numRuns: runs(1_000) },
    );
  });

  it('comes to what is there at last, whichever observations were made before and in which order', () => {
    fc.assert(
      fc.property(prices, fc.boolean(), fc.infiniteStream(fc.nat()), (history, isPublished, dice) => {
        const base = isPublished ? PRICE : null;
        const last = history.slice(-1);
        const shuffled = history.slice(0, -1).toSorted(() => (dice.next().value % 2 === 0 ? 1 : -1));
        const openIn = ({ finding }: Memory): Json =>
          finding === null || finding.state === 'RESOLVED' ? 'nothing' : [finding.found];
        const expected = openIn(told(last, base));
        for (const way of [
          history,
          [...shuffled, ...last],
          [...history, ...history],
          history.toReversed().concat(last),
        ])
          expect(openIn(told(way, base))).toEqual(expected);
      }),
      { numRuns: runs(1_000) },
    );
  });
});
