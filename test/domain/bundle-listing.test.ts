import { describe, expect, it } from '@jest/globals';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { World } from '../../src/domain/change/draft.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';
import type { GatesSetting } from '../../src/domain/settings/gates-setting.js';
import { gateFactsWith } from '../support/gate-facts.js';
import { Catalogue, move, set } from './bundle-kit.js';

const JULY = new Date('2026-07-01T00:00:00Z');
const AUGUST = new Date('2026-08-01T00:00:00Z');
const BOTH = ['erp', 'us'];

/** a and b are everywhere, c is in the ERP only, inner holds c, kit holds a and b. */
function shop(kit: 'DRAFT' | 'PRELAUNCH' | 'ACTIVE' | 'PHASE_OUT' = 'ACTIVE'): Catalogue {
  return new Catalogue()
    .simple('a', { state: 'ACTIVE', listedIn: BOTH })
    .simple('b', { state: 'ACTIVE', listedIn: BOTH })
    .simple('c', { state: 'ACTIVE', listedIn: ['erp'] })
    .bundle('inner', '2 c', { state: 'ACTIVE', listedIn: [] })
    .bundle('kit', '1 a, 1 b', { state: kit, listedIn: BOTH });
}

function list(target: string, ...listedIn: string[]): ProposedChange {
  return { operation: 'SKU_UPDATE', target, baseRevision: null, patch: { listedIn } };
}

function told(world: Catalogue, ...changes: ProposedChange[]): string[] {
  return world
    .plan(...changes)
    .warnings.filter(({ message }) => /listed/.test(message))
    .map(({ message, field }) => `${field?.join('.')} ${message}`);
}

describe('a component that is not listed where its bundle is', () => {
  it('is told where the bundle gets it, and where the bundle goes on', () => {
    const missing = 'asks that kit has only components that are listed where it is to be: c is not listed in us';
    expect(told(shop(), set('kit', '1 a, 1 c'))).toEqual([`changes.0.bundleSet.components ACTIVE ${missing}`]);
    const ready = shop('DRAFT').bundle('kit', '1 a, 1 c', { state: 'DRAFT', listedIn: BOTH });
    expect(told(ready, move('kit', 'PRELAUNCH'))).toEqual([`changes.0.skuTransition.to PRELAUNCH ${missing}`]);
    const set_up = ready.bundle('kit', '1 a, 1 c', { state: 'PRELAUNCH', listedIn: BOTH });
    expect(told(set_up, move('kit', 'ACTIVE'))).toEqual([`changes.0.skuTransition.to ACTIVE ${missing}`]);
    // Nothing of a bundle that is no promise to anybody yet, nor of one that is where all of it is.
    expect(told(shop('DRAFT'), set('kit', '1 a, 1 c'))).toEqual([]);
    expect(told(shop(), set('kit', '3 a, 1 b'))).toEqual([]);
  });

  it('is told through bundles inside it, which need not be listed themselves', () => {
    expect(told(shop(), set('kit', '1 a, 1 inner'))).toEqual([expect.stringMatching(/: c is not listed in us$/)]);
    const nested = shop().bundle('inner', '2 b', { state: 'ACTIVE', listedIn: [] });
    expect(told(nested, set('kit', '1 a, 1 inner'))).toEqual([]);
    // What changes inside counts for what is around it.
    const outer = nested.bundle('kit', '1 a, 1 inner', { state: 'ACTIVE', listedIn: BOTH });
    expect(told(outer, set('inner', '2 c'))).toEqual([
      expect.stringMatching(/^changes\.0\.bundleSet\.components ACTIVE asks that inner .*: c is not listed in us$/),
    ]);
  });

  it('is told where a bundle comes to a system, and where a component leaves one under it', () => {
    const kit = shop().bundle('kit', '1 a, 1 c', { state: 'ACTIVE', listedIn: ['erp'] });
    expect(told(kit, list('kit', 'erp', 'us'))).toEqual([
      expect.stringMatching(/^changes\.0\.skuUpdate\.fields\.listedIn .*: c is not listed in us$/),
    ]);
    expect(told(shop(), list('a', 'erp'))).toEqual([
      'changes.0.skuUpdate.fields.listedIn ACTIVE asks that a is listed in us, where bundles that hold it are: kit',
    ]);
    // Also under one that is selling out, or that will hold it only later; not where both leave, or where it is not sold.
    expect(told(shop('PHASE_OUT'), list('a', 'erp'))).toHaveLength(1);
    expect(told(shop().scheduled('kit', JULY, '1 c, 1 b'), list('c'))).toEqual([
      expect.stringMatching(/asks that c is listed in erp, where bundles that hold it are: kit/),
      expect.stringMatching(/kit from 2026-07-01.*: c is not listed in erp/),
    ]);
    expect(told(shop(), list('a', 'erp'), list('kit', 'erp'))).toEqual([]);
    expect(told(shop('DRAFT'), list('a', 'erp'))).toEqual([]);
  });

  it('holds up nothing that was so before, and a second system is told though a first one lacks it', () => {
    const kit = shop().bundle('kit', '1 a, 1 c', { state: 'ACTIVE', listedIn: BOTH });
    expect(told(kit, set('kit', '2 a, 1 c'))).toEqual([]);
    expect(told(kit, list('c'))).toEqual([expect.stringMatching(/asks that c is listed in erp/)]);
  });

  it('keeps the request back where the house says so', () => {
    const gates: GatesSetting = { COMPONENTS_LISTED: 'BLOCK' };
    const settings = { ...DEFAULT_SETTINGS, gates };
    const strict = (of: Catalogue): Catalogue => {
      const world: World = { ...of.world(), settings, factsOf: () => gateFactsWith({ settings }) };
      return Object.assign(of, { world: () => world });
    };
    expect(strict(shop()).faults(set('kit', '1 a, 1 c'))).toEqual(['GATE_UNSATISFIED changes.0.bundleSet.components']);
    expect(strict(shop()).faults(list('a', 'erp'))).toEqual(['GATE_UNSATISFIED changes.0.skuUpdate.fields.listedIn']);
  });
});

describe('a version that is still to come', () => {
  const doubts = (world: Catalogue, ...changes: ProposedChange[]): string[] =>
    world
      .plan(...changes)
      .warnings.filter(({ message }) => /from 2026/.test(message))
      .map(({ code, message, field }) => `${code} ${field?.join('.')} ${message}`);

  it('is told at once what it could not take effect with, as things stand', () => {
    const of = shop().simple('d', { listedIn: BOTH });
    const [late, ...rest] = doubts(of, set('kit', '1 a, 1 d', JULY));
    expect(rest).toEqual([]);
    expect(late).toBe(
      'GATE_UNSATISFIED changes.0.bundleSet.components kit from 2026-07-01T00:00:00.000000Z on: ACTIVE asks that it has only ' +
        'components that are ACTIVE or PHASE_OUT: d is DRAFT; if it still is then, this version will be refused',
    );
    expect(doubts(of, set('kit', '1 a, 1 d', JULY), move('d', 'PRELAUNCH'))).toEqual([
      expect.stringContaining('d is PRELAUNCH'),
    ]);
    expect(doubts(shop(), set('kit', '1 a, 1 c', JULY))).toEqual([expect.stringContaining('c is not listed in us')]);
    expect(doubts(shop(), set('kit', '2 a, 1 b', JULY))).toEqual([]);
    // What an earlier version brings is told of that one only.
    expect(doubts(of, set('kit', '1 a, 1 d', JULY), set('kit', '2 a, 1 d', AUGUST))).toHaveLength(1);
  });

  it('is spoken of where a component is taken off sale, or ends, before its moment', () => {
    const selling = shop('PHASE_OUT')
      .simple('b', { state: 'PHASE_OUT', listedIn: BOTH })
      .scheduled('kit', JULY, '2 b, 1 c');
    expect(doubts(selling, move('b', 'RETIRED'))).toEqual([]);
    const phased = selling.simple('c', { state: 'PHASE_OUT', listedIn: BOTH });
    expect(doubts(phased, move('c', 'RETIRED'))).toEqual([
      'WRONG_STATE changes.0.skuTransition.to kit from 2026-07-01T00:00:00.000000Z on: c is RETIRED, so that this version will be refused when it is due',
    ]);
    const live = shop().simple('c', { state: 'ACTIVE', listedIn: BOTH }).scheduled('kit', JULY, '1 a, 1 c');
    expect(doubts(live, move('c', 'ON_HOLD'))).toEqual([expect.stringContaining('c is ON_HOLD; if it still is then')]);
    // Told once, and not by whoever changes something else.
    const held = live.simple('c', { state: 'ON_HOLD', listedIn: BOTH });
    expect(doubts(held, move('a', 'PHASE_OUT'))).toEqual([]);
  });

  it('is doubted when the bundle itself goes on sale before its components do', () => {
    const kit = shop('PRELAUNCH')
      .simple('d', { state: 'PRELAUNCH', listedIn: BOTH })
      .scheduled('kit', JULY, '1 a, 1 d');
    expect(doubts(kit, move('kit', 'ACTIVE'))).toEqual([expect.stringContaining('d is PRELAUNCH')]);
  });
});
