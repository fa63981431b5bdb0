import { describe, expect, it } from '@jest/globals';
import { policyActor, systemActor } from '../../src/domain/actor.js';
import type { FindingDraft } from '../../src/domain/drift/finding.js';
import type { FindingBefore } from '../../src/domain/drift/lifetime.js';
import { isOnSale, seenAgain } from '../../src/domain/drift/lifetime.js';

const OLI = { kind: 'API_KEY' as const, id: 'k', name: 'oli', partyId: 'p' };

function draft(over: Partial<FindingDraft> = {}): FindingDraft {
  return {
    identity: 'r|FIELD|price',
    kind: 'FIELD',
    recordId: 'r',
    productId: 'p',
    skuId: 's',
    target: 'A-1',
    field: 'price',
    expected: '10.00',
    found: '11.00',
    lastPublished: '10.00',
    severity: 'MEDIUM',
    attribution: null,
    ...over,
  };
}

function before(over: Partial<FindingBefore> = {}): FindingBefore {
  const unresolved = { resolution: null, resolvedBy: null, healing: null, fight: null, note: null };
  const counts = { recurrences: 0, autoUndone: 0, recentRecurrences: 0 };
  return { state: 'OPEN', severity: 'MEDIUM', found: '11.00', ...unresolved, ...counts, ...over };
}

const resolved = (over: Partial<FindingBefore> = {}): FindingBefore =>
  before({ state: 'RESOLVED', resolution: 'REVERTED', resolvedBy: OLI, ...over });
const rule = (action: 'AUTO_REVERT' | 'AUTO_ADOPT' | 'IGNORE' | 'HELD') => ({ policy: { action, version: 3 } });

describe('what becomes of a finding when its difference is seen', () => {
  it('opens it, refreshes it, and opens it anew with one recurrence more', () => {
    expect(seenAgain(null, draft())).toMatchObject({ step: 'NEW', state: 'OPEN', recurrences: 0, due: 'ANEW' });
    expect(seenAgain(before(), draft())).toMatchObject({ step: 'SAME', due: 'KEPT' });
    expect(seenAgain(before(), draft({ found: '12.00' }))).toMatchObject({ step: 'REFRESHED', state: 'OPEN' });
    expect(seenAgain(before({ state: 'ACKNOWLEDGED' }), draft())).toMatchObject({ state: 'ACKNOWLEDGED' });
    expect(seenAgain(resolved({ recurrences: 4 }), draft())).toMatchObject({ step: 'REOPENED', recurrences: 5 });
  });

  it('is due sooner where it became graver, and never while it is waived', () => {
    expect(seenAgain(before(), draft({ severity: 'CRITICAL' }))).toMatchObject({ severity: 'CRITICAL', due: 'SOONER' });
    const waived = before({ state: 'WAIVED' });
    expect(seenAgain(waived, draft({ found: '12.00', ...rule('AUTO_REVERT') }))).toMatchObject({
      step: 'REFRESHED',
      state: 'WAIVED',
      healing: null,
      due: 'NEVER',
    });
    expect(seenAgain(waived, draft(rule('IGNORE')))).toMatchObject({ state: 'WAIVED' });
  });

  it('heals by itself what is new, and leaves to people what people look at', () => {
    expect(seenAgain(null, draft(rule('AUTO_REVERT')))).toMatchObject({ state: 'OPEN', healing: 'AUTO_REVERT' });
    expect(seenAgain(resolved(), draft(rule('AUTO_ADOPT')))).toMatchObject({ healing: 'AUTO_ADOPT' });
    expect(seenAgain(before(), draft({ found: '12.00', ...rule('AUTO_REVERT') }))).toMatchObject({ healing: null });
    const healing = before({ healing: 'AUTO_REVERT' });
    expect(seenAgain(healing, draft({ found: '12.00', ...rule('AUTO_REVERT') }))).toMatchObject({
      healing: 'AUTO_REVERT',
    });
    expect(seenAgain(healing, draft({ found: '12.00' }))).toMatchObject({ healing: null });
  });

  it('puts on record as resolved what is ignored, and says so once', () => {
    const born = seenAgain(null, draft(rule('IGNORE')));
    expect(born).toMatchObject({ step: 'IGNORED', state: 'RESOLVED', resolution: 'SUPERSEDED', due: 'NEVER' });
    expect(born.note).toContain('version 3');
    const ignored = resolved({ resolution: 'SUPERSEDED', resolvedBy: policyActor(2) });
    expect(seenAgain(ignored, draft(rule('IGNORE')))).toMatchObject({ step: 'SAME', recurrences: 0 });
    expect(seenAgain(ignored, draft({ found: '12.00', ...rule('IGNORE') }))).toMatchObject({ step: 'REFRESHED' });
    expect(seenAgain(resolved(), draft(rule('IGNORE')))).toMatchObject({ step: 'IGNORED_AGAIN', recurrences: 1 });
    expect(seenAgain(before(), draft(rule('IGNORE')))).toMatchObject({ step: 'IGNORED', state: 'RESOLVED' });
    // The rule says otherwise by now.
    expect(seenAgain(ignored, draft())).toMatchObject({ step: 'REOPENED', state: 'OPEN' });
  });

  it('tells of two writers at the third recurrence within 14 days, and heals no more', () => {
    const again = (recentRecurrences: number): ReturnType<typeof seenAgain> =>
      seenAgain(
        resolved({ recurrences: 7, recentRecurrences }),
        draft({ attribution: { actor: null, app: 'Repricer', at: null }, ...rule('AUTO_REVERT') }),
      );
    expect(again(1)).toMatchObject({ fight: null, healing: 'AUTO_REVERT', severity: 'MEDIUM' });
    expect(again(2)).toMatchObject({ healing: null, severity: 'HIGH', recurrences: 8 });
    expect(again(2).fight).toMatch(/price of A-1 in turns: Repricer, and oli/);
    const fighting = before({ fight: 'two writers', severity: 'HIGH' });
    expect(seenAgain(fighting, draft({ found: '12.00', ...rule('AUTO_REVERT') }))).toMatchObject({
      severity: 'HIGH',
      healing: null,
      fight: 'two writers',
    });
  });

  it('tells of two writers when a revert by the matrix is undone twice in a row', () => {
    const once = resolved({ resolvedBy: policyActor(3) });
    expect(seenAgain(once, draft(rule('AUTO_REVERT')))).toMatchObject({ autoUndone: 1, healing: 'AUTO_REVERT' });
    const twice = seenAgain({ ...once, autoUndone: 1, recurrences: 1 }, draft(rule('AUTO_REVERT')));
    expect(twice).toMatchObject({ autoUndone: 2, healing: null, severity: 'HIGH' });
    expect(twice.fight).toContain('policy v3');
    // A person's revert in between is none of the matrix's.
    expect(seenAgain(resolved({ autoUndone: 1 }), draft(rule('AUTO_REVERT')))).toMatchObject({ autoUndone: 0 });
    const byItself = resolved({ resolution: 'SELF_HEALED', resolvedBy: systemActor('observer'), autoUndone: 1 });
    expect(seenAgain(byItself, draft(rule('AUTO_REVERT')))).toMatchObject({ autoUndone: 0, healing: 'AUTO_REVERT' });
  });

  it('keeps a stranger resolved that is off sale since, and opens it when it is on sale again', () => {
    const stranger = (published: boolean): FindingDraft =>
      draft({ kind: 'UNEXPECTED', field: null, found: { price: '1.00', lifecycle: { published } } });
    expect(seenAgain(resolved(), stranger(false))).toMatchObject({ step: 'SAME', state: 'RESOLVED' });
    expect(seenAgain(resolved(), stranger(true))).toMatchObject({ step: 'REOPENED' });
    expect(seenAgain(resolved({ resolution: 'ADOPTED' }), stranger(false))).toMatchObject({ step: 'REOPENED' });
  });

  it.each([
    [{ lifecycle: { published: true } }, true],
    [{ lifecycle: { published: false } }, false],
    [{ lifecycle: { published: true }, 'product.lifecycle': { status: 'DRAFT' } }, false],
    [{ lifecycle: { active: true, salable: false } }, false],
    [{ lifecycle: { active: false, salable: true } }, false],
    [{ lifecycle: { active: true, salable: true } }, true],
    [{ price: '1.00' }, true],
    [null, true],
  ])('knows by what is shown whether it can be bought: %j %s', (found, sold) => {
    expect(isOnSale(found)).toBe(sold);
  });
});
