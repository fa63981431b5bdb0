import { describe, expect, it } from '@jest/globals';
import type { Actor } from '../../src/domain/actor.js';
import { compareRecord } from '../../src/domain/drift/compare.js';
import type { KnownRecord, OpenFinding } from '../../src/domain/drift/finding.js';
import { severityOf } from '../../src/domain/drift/finding.js';
import { judgeRecord } from '../../src/domain/drift/judge.js';
import type { DriftAction, FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { DEFAULT_RULES } from '../../src/domain/drift/source-of-truth.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { Attribution, Authorship } from '../../src/domain/publishing/system.js';

const OLI: Actor = { kind: 'API_KEY', id: 'k', name: 'oli', partyId: 'p' };
const NOON = new Date('2026-11-23T12:00:00Z');

function judge(
  values: { c: FieldValues; b: FieldValues | null; o: FieldValues },
  open: Partial<OpenFinding>[] = [],
  changedAt: [string, Date][] = [],
  readOnly = false,
  expected: FieldValues[] = [],
  rules: readonly FieldRule[] = DEFAULT_RULES,
  shownBy: Authorship = { attribution: null },
  unreadable: string[] = [],
): ReturnType<typeof judgeRecord> {
  const openFindings = open.map((each): OpenFinding => ({
    id: 'f1',
    kind: 'FIELD',
    field: 'price',
    found: null,
    openedAt: NOON,
    revertRequestedBy: null,
    ...each,
  }));
  const record: KnownRecord = {
    id: 'r',
    productId: 'p',
    skuId: 's',
    target: 'A-1',
    skuState: 'ACTIVE',
    published: values.b,
    openFindings,
  };
  const input = {
    canonical: values.c,
    base: values.b,
    observed: values.o,
    unreadable,
    expected,
    rules,
  };
  return judgeRecord(record, compareRecord(input), {
    system: 'shop',
    ...shownBy,
    changedAt: new Map(changedAt),
    readOnly,
    undecided: {},
    policyVersion: 1,
  });
}

describe('what verdicts lead to: nothing is overwritten unseen', () => {
  it.each([
    ['moved in the master since it was read', '12.00', { price: '10.00' }, ['price']],
    ['as it was published', '10.00', { price: '10.0' }, []],
    ['never read', '12.00', {}, []],
  ])('a field that cannot be read, %s', (_, price, b: FieldValues, unseen) => {
    const blind = judge({ c: { price }, b, o: {} }, [], [], false, [], DEFAULT_RULES, { attribution: null }, ['price']);
    expect(blind).toMatchObject({ writes: {}, findings: [], notCovered: ['price'], unseen });
    expect(blind.base).toEqual(b);
  });

  it('writes what lags, and only that', () => {
    const out = judge({
      c: { price: '12.00', gtin: 'x' },
      b: { price: '10.00', gtin: 'x' },
      o: { price: '10.00', gtin: 'x' },
    });
    expect(out).toMatchObject({
      writes: { price: '12.00' },
      expected: { price: '12.00' },
      findings: [],
      held: [],
      inSync: false,
    });
  });

  it('holds an edit and puts it on record with all three values', () => {
    const out = judge({ c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '11.00' } });
    expect(out.writes).toEqual({});
    expect(out.held).toEqual(['price']);
    expect(out.findings[0]).toMatchObject({
      expected: '12.00',
      found: '11.00',
      lastPublished: '10.00',
      kind: 'FIELD',
      severity: 'HIGH',
    });
  });

  it('names who wrote just this field, where the system tells, and else who wrote the record', () => {
    const by = (actor: string): Attribution => ({ actor, app: null, at: null });
    const values = {
      c: { price: '12.00', title: 'Cup', gtin: 'x' },
      b: { price: '10.00', title: 'Cup', gtin: 'x' },
      o: { price: '11.00', title: 'Mug', gtin: 'y' },
    };
    const shownBy = { attribution: by('us'), authors: { price: by('mara'), gtin: null } };
    const { findings } = judge(values, [], [], false, [], DEFAULT_RULES, shownBy);
    const named = Object.fromEntries(findings.map(({ field, attribution }) => [field, attribution?.actor ?? null]));
    expect(named).toEqual({ price: 'mara', title: 'us', gtin: null });
  });

  it('keeps holding while the finding is open, also when only the master moves on', () => {
    const out = judge({ c: { price: '12.00' }, b: { price: '11.00' }, o: { price: '11.00' } }, [{ found: '11.00' }]);
    expect(out).toMatchObject({ writes: {}, held: ['price'] });
  });

  it('writes over just the value that a person agreed to overwrite', () => {
    const values = { c: { price: '10.00' }, b: { price: '10.00' }, o: { price: '11.00' } };
    const agreed = judge(values, [{ found: '11.00', revertRequestedBy: OLI }]);
    expect(agreed.writes).toEqual({ price: '10.00' });
    expect(agreed.endings.price).toEqual({ findingId: 'f1', resolution: 'REVERTED', by: OLI });
    const movedOn = judge({ ...values, o: { price: '11.50' } }, [{ found: '11.00', revertRequestedBy: OLI }]);
    expect(movedOn).toMatchObject({ writes: {}, held: ['price'] });
    expect(movedOn.findings[0]?.found).toBe('11.50');
  });

  it('lets a request win that changed the field after the finding opened, and keeps what it overwrote on record', () => {
    const values = { c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '11.00' } };
    const later = judge(values, [{ found: '11.00' }], [['price', new Date(NOON.getTime() + 1)]]);
    expect(later.writes).toEqual({ price: '12.00' });
    expect(later.endings.price?.resolution).toBe('SUPERSEDED');
    const unseen = judge(
      { ...values, o: { price: '11.90' } },
      [{ found: '11.00' }],
      [['price', new Date(NOON.getTime() + 1)]],
    );
    expect(unseen.findings[0]?.found).toBe('11.90');
    const earlier = judge(values, [{ found: '11.00' }], [['price', new Date(NOON.getTime() - 1)]]);
    expect(earlier.writes).toEqual({});
  });

  it('closes a finding that is in sync again: by whoever asked for the revert, else by itself', () => {
    const values = { c: { price: '10.00' }, b: { price: '11.00' }, o: { price: '10.00' } };
    expect(judge(values, [{}]).closings[0]?.resolution).toBe('SELF_HEALED');
    expect(judge(values, [{ revertRequestedBy: OLI }]).closings[0]).toMatchObject({ resolution: 'REVERTED', by: OLI });
  });

  it('flags what the master moved where nothing is ever sent', () => {
    const values = { c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '10.00' } };
    const out = judge(values, [], [], true);
    expect(out).toMatchObject({ writes: {}, held: ['price'] });
    expect(out.findings[0]).toMatchObject({ expected: '12.00', found: '10.00' });
    expect(judge(values, [{ found: '10.00' }], [['price', new Date(NOON.getTime() + 1)]], true).writes).toEqual({});
  });

  it('flags what differed when the system was linked, takes it as base, and writes nothing', () => {
    const out = judge({ c: { price: '10.00' }, b: null, o: { price: '11.00' } });
    expect(out).toMatchObject({ base: { price: '11.00' }, writes: {}, held: ['price'] });
    expect(out.findings[0]?.lastPublished).toBeNull();
  });

  it('calls it critical when something that must not be sold is on sale', () => {
    expect(severityOf('HIGH', 'lifecycle', 'RETIRED', { published: true })).toBe('CRITICAL');
    expect(severityOf('HIGH', 'lifecycle', 'ON_HOLD', { salable: true })).toBe('CRITICAL');
    expect(severityOf('HIGH', 'lifecycle', 'ACTIVE', { published: false })).toBe('HIGH');
    expect(severityOf('HIGH', 'price', 'RETIRED', { published: true })).toBe('HIGH');
  });

  it("never takes others' tags for ours: not from an echo of ours, and not at the first look", () => {
    const echo = judge(
      { c: { 'product.tags': ['newer'] }, b: { 'product.tags': ['old'] }, o: { 'product.tags': ['new', 'theirs'] } },
      [],
      [],
      false,
      [{ 'product.tags': ['new'] }],
    );
    expect(echo.base['product.tags']).toEqual(['new']);
    expect(echo.writes['product.tags']).toEqual(['newer', 'theirs']);
    const first = judge({ c: { 'product.tags': ['ours'] }, b: null, o: { 'product.tags': ['theirs'] } });
    expect(first.base['product.tags']).toEqual([]);
    expect(first.held).toEqual(['product.tags']);
  });
});

describe('what rules and waivers make of an edit', () => {
  const acting = (onDrift: DriftAction, owner = 'MASTER'): FieldRule[] => [
    { field: 'price', owner, onDrift, severity: 'HIGH', tolerance: null },
  ];
  const edited = { c: { price: '10.00' }, b: { price: '10.00' }, o: { price: '11.00' } };
  const by = (
    rules: FieldRule[],
    values: Parameters<typeof judge>[0] = edited,
    open: Partial<OpenFinding>[] = [],
    changedAt: [string, Date][] = [],
    readOnly = false,
  ): ReturnType<typeof judge> => judge(values, open, changedAt, readOnly, [], rules);

  it('puts it on record with what is to be done, and holds it until that is done', () => {
    for (const action of ['AUTO_REVERT', 'AUTO_ADOPT'] as const) {
      const out = by(acting(action));
      expect(out).toMatchObject({ held: ['price'], writes: {}, findings: [{ policy: { action, version: 1 } }] });
    }
    expect(by(acting('FLAG')).findings[0]?.policy).toBeUndefined();
  });

  it('flags where nobody can say who moved, where nothing is written, and what a third system owns', () => {
    const never = { c: { price: '10.00' }, b: null, o: { price: '11.00' } };
    for (const action of ['AUTO_REVERT', 'AUTO_ADOPT', 'IGNORE'] as const) {
      expect(by(acting(action), never)).toMatchObject({ held: ['price'] });
      expect(by(acting(action), never).findings[0]?.policy).toBeUndefined();
    }
    expect(by(acting('AUTO_REVERT'), edited, [], [], true).findings[0]?.policy).toBeUndefined();
    expect(by(acting('AUTO_ADOPT', 'erp')).findings[0]?.policy).toBeUndefined();
    expect(by(acting('AUTO_REVERT', 'erp')).findings[0]?.policy).toMatchObject({ action: 'AUTO_REVERT' });
  });

  it('never writes over what is ignored, whatever is requested later, and brings what only lags', () => {
    const ignored = by(acting('IGNORE'));
    expect(ignored).toMatchObject({ ignored: ['price'], held: [], writes: {}, inSync: true });
    const moved = { c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '11.00' } };
    expect(by(acting('IGNORE'), moved)).toMatchObject({ ignored: ['price'], writes: {} });
    const lag = { c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '10.00' } };
    expect(by(acting('IGNORE'), lag)).toMatchObject({ ignored: [], writes: { price: '12.00' } });
    const wanted = [{ found: '11.00', revertRequestedBy: OLI }];
    expect(by(acting('IGNORE'), edited, wanted)).toMatchObject({ writes: { price: '10.00' } });
  });

  it('neither flags nor writes what is waived, whatever is requested later, and closes it when it agrees', () => {
    const waived = [{ state: 'WAIVED' as const, found: '11.00' }];
    const later: [string, Date][] = [['price', new Date(NOON.getTime() + 1)]];
    const out = by(acting('AUTO_REVERT'), edited, waived, later);
    expect(out).toMatchObject({ waived: ['price'], held: [], writes: {}, inSync: true });
    expect(out.findings[0]?.policy).toBeUndefined();
    const lag = { c: { price: '12.00' }, b: { price: '10.00' }, o: { price: '10.00' } };
    expect(by(acting('FLAG'), lag, waived, later)).toMatchObject({ waived: ['price'], writes: {} });
    const same = { c: { price: '11.00' }, b: { price: '10.00' }, o: { price: '11.00' } };
    expect(by(acting('FLAG'), same, waived)).toMatchObject({ waived: [], closings: [{ resolution: 'SELF_HEALED' }] });
  });

  it("leaves an owner's value that bulk safety holds, and that is waived, untaken", () => {
    const rules = acting('FLAG', 'shop');
    expect(by(rules)).toMatchObject({ taken: [{ found: '11.00' }], held: [] });
    const held = by(rules, edited, [{ healing: 'HELD', found: '11.00' }]);
    expect(held).toMatchObject({ taken: [], held: ['price'], findings: [{ policy: { action: 'HELD' } }] });
    expect(by(rules, edited, [{ state: 'WAIVED' }])).toMatchObject({ taken: [], waived: ['price'] });
  });
});
