import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compositionAt } from '../../src/domain/bundle/timeline.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import { lines } from '../support/bundle-lines.js';
import { Catalogue, create, move, NOW, set } from './bundle-kit.js';
import { runs } from '../support/runs.js';

const MAY = new Date('2026-05-01T00:00:00Z');
const JULY = new Date('2026-07-01T00:00:00Z');
const AUGUST = new Date('2026-08-01T00:00:00Z');

function shop(): Catalogue {
  return new Catalogue().simple('a').simple('b').simple('c').simple('gone', { state: 'RETIRED' });
}

describe('setting a composition', () => {
  it('changes one field, under the spelling of the master, and nothing where it is like that already', () => {
    const kit = shop().bundle('KIT', '1 a, 1 b');
    const changed = kit.plan(set('kit', '1 A, 2 B'));
    expect(changed.problems).toEqual([]);
    expect(changed.skus[0]?.changes).toEqual([{ field: 'bundle', from: lines('1 a, 1 b'), to: lines('1 a, 2 b') }]);
    expect(kit.plan(set('kit', '1 A, 1 B')).skus).toEqual([]);
    expect(kit.plan(set('kit', '1 b, 1 a')).skus).toHaveLength(1);
  });

  it('merges with other fields, and conflicts with another composition', () => {
    const kit = shop().bundle('kit', '1 a, 1 b', { revision: 3 });
    const base = { bundle: lines('1 a, 1 c'), bundleScheduled: {}, price: '1.00' };
    const bases = new Map([['SKU:kit:2', JSON.parse(JSON.stringify(base))]]);
    const world = { ...kit.world(), bases, changedBy: new Map([['SKU:kit:bundle', 'cr-7']]) };
    const moved = Object.assign(shop().bundle('kit', '1 a, 1 b', { revision: 3 }), { world: () => world });
    expect(moved.plan({ ...set('kit', '1 a, 1 b'), baseRevision: 2 }).conflicts).toEqual([]);
    expect(moved.plan({ ...set('kit', '5 a, 1 c'), baseRevision: 2 }).conflicts).toEqual([
      {
        target: 'kit',
        field: 'bundle',
        base: lines('1 a, 1 c'),
        current: lines('1 a, 1 b'),
        proposed: lines('5 a, 1 c'),
        changedBy: 'cr-7',
      },
    ]);
    expect(moved.plan({ ...set('kit', '9 a, 1 c', JULY), baseRevision: 2 }).conflicts).toEqual([]);
  });

  it('tells everything that is wrong, each under its line', () => {
    const kit = shop().bundle('kit', '1 a, 1 b').bundle('empty', null);
    expect(kit.faults(set('a', '2 b'))).toEqual(['NOT_A_BUNDLE changes.0.bundleSet.code']);
    expect(kit.faults(set('nobody', '2 b'))).toEqual(['NOT_FOUND changes.0.bundleSet.code']);
    expect(kit.faults(set('kit', '1 a, 1 nobody, 1 gone'))).toEqual([
      'NOT_FOUND changes.0.bundleSet.components.1.sku',
      'WRONG_STATE changes.0.bundleSet.components.2.sku',
    ]);
    expect(kit.faults(set('kit', '1 a, 1 empty'))).toEqual(['REQUIRED changes.0.bundleSet.components.1.sku']);
    expect(kit.faults(set('kit', '1 a, 2 kit'))).toEqual(['CYCLE changes.0.bundleSet.components.1.sku']);
    expect(kit.faults(set('kit', '2 c'), set('KIT', '2 b'))).toEqual([
      'DUPLICATE_CHANGE changes.1.bundleSet.components',
    ]);
    expect(kit.faults(set('kit', '1 a, 0 b, 3 A'))).toEqual([
      'INVALID_FORMAT changes.0.bundleSet.components.1.quantity',
      'DUPLICATE_CHANGE changes.0.bundleSet.components.2.sku',
    ]);
    expect(kit.faults(create('x', 'BUNDLE', '1 a, 1 nobody'))).toEqual(['NOT_FOUND changes.0.skuCreate.bundle.1.sku']);
  });

  it('judges every bundle around the one that changes', () => {
    const around = shop().bundle('inner', '1 a, 1 b').bundle('outer', '1000 inner, 1 c');
    expect(around.faults(set('inner', '3 a, 1 b'))).toEqual(['TOO_MANY changes.0.bundleSet.components']);
    expect(around.faults(set('inner', '1 a, 1 outer'))[0]).toContain('CYCLE changes.0.bundleSet.components');
    for (let depth = 0; depth < 5; depth += 1) around.bundle(`n${depth}`, depth === 0 ? '2 a' : `1 n${depth - 1}, 1 b`);
    expect(around.faults(set('inner', '1 n3, 1 c'))).toEqual(['TOO_MANY changes.0.bundleSet.components']);
    around.bundle('inner', '1 a, 1 b').bundle('outer', '1 inner, 1 c');
    expect(around.faults(set('inner', '1 n2, 1 c'))).toEqual([]);
  });

  it('takes components that the same request creates, whatever comes first in it', () => {
    const empty = shop();
    expect(empty.faults(create('kit', 'BUNDLE', '1 a, 1 NEW'), create('New', 'SIMPLE'))).toEqual([]);
    expect(empty.faults(set('kit', '2 a'), create('kit', 'BUNDLE'))).toEqual(['NOT_FOUND changes.0.bundleSet.code']);
    const both = empty.plan(create('kit', 'BUNDLE'), set('kit', '2 new'), create('New', 'SIMPLE'));
    expect(both.problems).toEqual([]);
    expect(both.skus[0]).toMatchObject({ bundle: { current: lines('2 New') }, after: { kind: 'BUNDLE' } });
  });
});

describe('versions that are still to come', () => {
  it('begin in the future, one for each moment, and may be replaced', () => {
    const kit = shop().bundle('kit', '1 a, 1 b');
    expect(kit.faults(set('kit', '2 a', MAY))).toEqual(['EFFECTIVE_IN_PAST changes.0.bundleSet.effectiveFrom']);
    expect(kit.faults(set('kit', '2 a', NOW))).toEqual(['EFFECTIVE_IN_PAST changes.0.bundleSet.effectiveFrom']);
    expect(kit.faults(set('kit', '2 a', JULY), set('kit', '3 a', JULY))).toEqual([
      'DUPLICATE_CHANGE changes.1.bundleSet.components',
    ]);
    expect(kit.apply(set('kit', '2 a', JULY), set('kit', '2 b', AUGUST))).toBe(true);
    expect(kit.apply(set('kit', '3 a', JULY))).toBe(true);
    const timeline = kit.timelines.get('kit');
    expect(
      timeline &&
        [null, JULY, AUGUST].map((at) => compositionAt(timeline, at && `${at.toISOString().slice(0, 23)}000Z`)),
    ).toEqual([lines('1 a, 1 b'), lines('3 a'), lines('2 b')]);
  });

  it('go when they would only go on with what is in force by then, and when the bundle ends', () => {
    const kit = shop().bundle('kit', '1 a, 1 b').scheduled('kit', JULY, '2 a');
    expect(kit.plan(set('kit', '1 a, 1 B', JULY)).skus[0]?.changes).toEqual([
      { field: 'bundleScheduled', from: expect.anything(), to: {} },
    ]);
    expect(kit.plan(move('kit', 'RETIRED')).skus[0]?.changes.map(({ field }) => field)).toEqual([
      'state',
      'bundleScheduled',
    ]);
  });

  it('are judged at the moment at which they begin, against what the others will be by then', () => {
    const pair = shop().bundle('x', '1 a, 1 b').bundle('y', '1 a, 1 b').scheduled('y', AUGUST, '1 x, 1 a');
    expect(pair.faults(set('x', '1 y, 1 a', JULY))).toEqual(['CYCLE changes.0.bundleSet.components.0.sku']);
    expect(pair.faults(set('x', '1 y, 1 a', JULY), set('x', '2 b', AUGUST))).toEqual([]);
    const late = shop().bundle('late', null).scheduled('late', AUGUST, '2 a').bundle('kit', '2 b');
    expect(late.faults(set('kit', '1 late, 1 a', JULY))).toEqual(['REQUIRED changes.0.bundleSet.components.0.sku']);
    expect(late.faults(set('kit', '1 late, 1 a', AUGUST))).toEqual([]);
  });

  it('hold what they will hold', () => {
    const active = shop().simple('a', { state: 'PHASE_OUT' }).simple('b', { state: 'ACTIVE' });
    active.bundle('kit', '2 b', { state: 'ACTIVE' }).scheduled('kit', JULY, '1 a, 1 b');
    expect(active.faults(move('a', 'RETIRED'))).toEqual(['IN_USE changes.0.skuTransition.to']);
  });
});

describe('states of bundles and components', () => {
  const live = (
    state: 'PRELAUNCH' | 'ACTIVE',
    a: 'DRAFT' | 'PRELAUNCH' | 'ACTIVE' | 'PHASE_OUT' | 'ON_HOLD',
  ): Catalogue =>
    shop().simple('a', { state: a }).simple('b', { state: 'ACTIVE' }).bundle('kit', '1 a, 1 b', { state });

  it('lets a bundle in when its components are as far', () => {
    const from = (bundle: 'DRAFT' | 'PRELAUNCH', a: Parameters<typeof live>[1]): Catalogue =>
      live('ACTIVE', a).bundle('kit', '1 a, 1 b', { state: bundle });
    expect(from('DRAFT', 'DRAFT').faults(move('kit', 'PRELAUNCH'))).toEqual([
      'GATE_UNSATISFIED changes.0.skuTransition.to',
    ]);
    expect(from('DRAFT', 'PRELAUNCH').faults(move('kit', 'PRELAUNCH'))).toEqual([]);
    expect(from('PRELAUNCH', 'PRELAUNCH').faults(move('kit', 'ACTIVE'))).toEqual([
      'GATE_UNSATISFIED changes.0.skuTransition.to',
    ]);
    expect(from('PRELAUNCH', 'PHASE_OUT').faults(move('kit', 'ACTIVE'))).toEqual([]);
    expect(shop().bundle('kit', null).plan(move('kit', 'PRELAUNCH')).problems[0]?.message).toContain('has components');
    // Whatever is further in counts too.
    const nested = live('PRELAUNCH', 'ON_HOLD').bundle('outer', '2 kit', { state: 'PRELAUNCH' });
    expect(nested.plan(move('outer', 'ACTIVE')).problems.map(({ message }) => message.split(': ')[1])).toEqual([
      'kit is PRELAUNCH',
      'a is ON_HOLD',
    ]);
  });

  it('lets a bundle and its components go on sale in one request, in whatever order', () => {
    const ready = live('PRELAUNCH', 'PRELAUNCH');
    expect(ready.faults(move('kit', 'ACTIVE'), move('a', 'ACTIVE'))).toEqual([]);
    expect(ready.faults(move('a', 'ACTIVE'), move('kit', 'ACTIVE'))).toEqual([]);
  });

  it('keeps a component while a bundle needs it, and names the bundles', () => {
    const used = live('ACTIVE', 'PHASE_OUT').bundle('outer', '1 kit, 1 b', { state: 'PRELAUNCH' });
    const [fault] = used.plan(move('a', 'RETIRED')).problems;
    expect(fault).toMatchObject({
      code: 'IN_USE',
      message: expect.stringMatching(/kit, outer; bundleComponentReplace/),
    });
    expect(used.faults(move('a', 'RETIRED'), set('kit', '1 c, 1 b'))).toEqual([
      'GATE_UNSATISFIED changes.1.bundleSet.components',
    ]);
    expect(used.faults(move('a', 'RETIRED'), set('kit', '2 b'))).toEqual([]);
    const ended = shop().simple('a', { state: 'PHASE_OUT' }).bundle('kit', '2 a', { state: 'PHASE_OUT' });
    expect(ended.faults(move('a', 'RETIRED'))).toEqual([]);
    const ending = live('ACTIVE', 'PHASE_OUT').bundle('kit', '1 a, 1 b', { state: 'ON_HOLD' });
    expect(ending.faults(move('a', 'RETIRED'), move('kit', 'RETIRED'))).toEqual([]);
  });

  it('warns where a bundle will be left without a component, or without a figure', () => {
    const used = live('ACTIVE', 'ACTIVE');
    const told = (set: ReturnType<Catalogue['plan']>): string[] =>
      set.warnings
        .filter(({ message }) => /bundle|component/.test(message))
        .map(({ code, message }) => `${code} ${message}`);
    expect(told(used.plan(move('a', 'PHASE_OUT')))).toEqual([expect.stringMatching(/^IN_USE .* it is in kit$/)]);
    expect(told(used.plan(move('a', 'ON_HOLD')))).toEqual([expect.stringMatching(/^IN_USE /)]);
    const bare = live('PRELAUNCH', 'ACTIVE').simple('b', { state: 'ACTIVE', cost: null, weight: null });
    expect(told(bare.plan(move('kit', 'ACTIVE')))).toEqual([
      'GATE_UNSATISFIED ACTIVE asks that kit has a cost for every component: b lacks it',
      'GATE_UNSATISFIED ACTIVE asks that kit has a weight for every component: b lacks it',
    ]);
  });

  it('puts nothing into a bundle on sale that is not on sale itself', () => {
    expect(live('ACTIVE', 'ACTIVE').faults(set('kit', '1 a, 1 c'))).toEqual([
      'GATE_UNSATISFIED changes.0.bundleSet.components',
    ]);
    // What is in it already is not held against another change of it.
    expect(live('ACTIVE', 'ON_HOLD').faults(set('kit', '3 a, 1 b'))).toEqual([]);
    expect(live('ACTIVE', 'ACTIVE').faults(set('kit', '1 a, 1 c', JULY))).toEqual([]);
  });
});

describe('whatever is asked for in whatever order', () => {
  const CODES = ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'];
  const line = fc.record({ sku: fc.constantFrom(...CODES, 'a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 60 }) });
  const edit = fc.record({
    target: fc.constantFrom(...CODES),
    lines: fc.uniqueArray(line, { selector: ({ sku }) => sku, minLength: 2, maxLength: 3 }),
    at: fc.constantFrom(null, JULY, AUGUST),
  });

  /** Does any path from a bundle lead back to it, or further down than five levels, at that moment? */
  function unsound(shop: Catalogue, key: string, at: string | null, trail: string[] = []): boolean {
    if (shop.skus.get(key)?.kind !== 'BUNDLE') return false;
    if (trail.includes(key) || trail.length >= 5) return true;
    const timeline = shop.timelines.get(key);
    const inside = (timeline && compositionAt(timeline, at)) ?? null;
    if (inside === null) return trail.length > 0;
    return inside.some(({ sku }) => unsound(shop, foldCode(sku), at, [...trail, key]));
  }

  it('no bundle ever holds itself, at no moment, and none that has a composition ever lacks one', () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 25 }), (edits) => {
        const all = shop();
        for (const [index, code] of CODES.entries()) all.bundle(code, index < 4 ? '1 a, 1 b' : null);
        const composed = new Set<string>();
        for (const { target, lines: what, at } of edits) {
          const text = what.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ');
          if (all.apply(set(target, text, at))) taken += 1;
          else refused += 1;
          for (const moment of [null, JULY, AUGUST]) {
            const instant = moment && `${moment.toISOString().slice(0, 23)}000Z`;
            for (const code of CODES) {
              expect(unsound(all, code, instant)).toBe(false);
              const timeline = all.timelines.get(code);
              const has = timeline !== undefined && compositionAt(timeline, instant) !== null;
              if (composed.has(`${code} ${instant}`) && instant === null) expect(has).toBe(true);
              if (has) composed.add(`${code} ${instant}`);
            }
          }
        }
      }),
      { numRuns: runs(150) },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(100);
  });
});
