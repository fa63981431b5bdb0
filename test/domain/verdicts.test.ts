import { describe, expect, it } from '@jest/globals';
import type { Look } from './verdict-kit.js';
import { verdictOf } from './verdict-kit.js';

/** What was seen, and what it comes to. */
type Case = readonly [name: string, look: Look, verdict: string];

const price = (look: Omit<Look, 'field'>): Look => ({ field: 'price', ...look });
const owned = { owner: 'shop' } as const;
const elsewhere = { owner: 'erp' } as const;
const AB = [
  { code: 'A', quantity: 2 },
  { code: 'B', quantity: 1 },
];
const A = [{ code: 'A', quantity: 2 }];
const ON = { published: true };
const OFF = { published: false };

/** The table of design 4.7, row by row. */
const COMPARED: Case[] = [
  ['O = C', price({ c: '10', b: '10', o: '10' }), 'IN_SYNC'],
  ['O = C, never published', price({ c: '10', o: '10' }), 'IN_SYNC'],
  ['O = C, the system got there by itself', price({ c: '12', b: '10', o: '12' }), 'IN_SYNC'],
  ['O = C = nothing', price({ c: null, b: null, o: '' }), 'IN_SYNC'],
  ['O = W', price({ c: '13', b: '10', o: '12', w: ['12'] }), 'ECHO: write "13.00"'],
  ['O = an older W', price({ c: '13', b: '10', o: '11', w: ['12', '11'] }), 'ECHO: write "13.00"'],
  ['O = W, first write of all', price({ c: '13', o: '12', w: ['12'] }), 'ECHO: write "13.00"'],
  ['O = C = W', price({ c: '12', b: '10', o: '12', w: ['12'] }), 'IN_SYNC'],
  ['O = B', price({ c: '12', b: '10', o: '10' }), 'LAG: write "12.00"'],
  ['O = B = nothing', price({ c: '12', b: null, o: null }), 'LAG: write "12.00"'],
  ['O = B, and the master emptied it', price({ c: null, b: '10', o: '10' }), 'LAG: write null'],
  ['O differs, B absent', price({ c: '10', o: '11' }), 'NEVER_AGREED: finding HIGH, held'],
  ['O is nothing, B absent', price({ c: '10', o: null }), 'NEVER_AGREED: finding HIGH, held'],
  ['O differs, B = C', price({ c: '10', b: '10', o: '11' }), 'DRIFT: finding HIGH, held'],
  ['O emptied, B = C', price({ c: '10', b: '10', o: null }), 'DRIFT: finding HIGH, held'],
  ['O filled, B = C = nothing', price({ c: null, b: null, o: '11' }), 'DRIFT: finding HIGH, held'],
  ['O differs, B differs', price({ c: '12', b: '10', o: '11' }), 'DRIFT, both moved: finding HIGH, held'],
  ['O ≠ W', price({ c: '12', b: '10', o: '11', w: ['12'] }), 'DRIFT, both moved: finding HIGH, held'],
  ['unreadable', price({ c: '10', b: '10', o: '11', unreadable: true }), 'NOT_COVERED: not covered'],
  ['unreadable, and W', price({ c: '10', b: '9', w: ['10'], unreadable: true }), 'NOT_COVERED: not covered'],
  ['no place there', price({ c: '10', b: '10' }), 'NOT_COMPARED'],
];

/** What a rule makes of it. */
const RULED: Case[] = [
  ['NONE', price({ c: '10', b: '10', o: '11', rule: { owner: 'NONE' } }), 'NOT_COMPARED'],
  ['severity of the rule', price({ c: '10', b: '10', o: '11', rule: { severity: 'LOW' } }), 'DRIFT: finding LOW, held'],
  ['within tolerance', price({ c: '10', b: '10', o: '10.05', rule: { tolerance: '0.05' } }), 'IN_SYNC'],
  [
    'beyond tolerance',
    price({ c: '10', b: '10', o: '10.06', rule: { tolerance: '0.05' } }),
    'DRIFT: finding HIGH, held',
  ],
  [
    'moved by us within tolerance of B',
    price({ c: '12', b: '10', o: '10.05', rule: { tolerance: '0.05' } }),
    'LAG: write "12.00"',
  ],
  [
    'AUTO_REVERT',
    price({ c: '10', b: '10', o: '11', rule: { onDrift: 'AUTO_REVERT' } }),
    'DRIFT: finding HIGH AUTO_REVERT, held',
  ],
  [
    'AUTO_REVERT, nothing published',
    price({ c: '10', o: '11', rule: { onDrift: 'AUTO_REVERT' } }),
    'NEVER_AGREED: finding HIGH, held',
  ],
  [
    'AUTO_REVERT where nothing is written',
    price({ c: '10', b: '10', o: '11', rule: { onDrift: 'AUTO_REVERT' }, readOnly: true }),
    'DRIFT: finding HIGH, held',
  ],
  ['AUTO_REVERT, lag', price({ c: '12', b: '10', o: '10', rule: { onDrift: 'AUTO_REVERT' } }), 'LAG: write "12.00"'],
  [
    'AUTO_ADOPT',
    price({ c: '10', b: '10', o: '11', rule: { onDrift: 'AUTO_ADOPT' } }),
    'DRIFT: finding HIGH AUTO_ADOPT, held',
  ],
  [
    'AUTO_ADOPT, both moved',
    price({ c: '12', b: '10', o: '11', rule: { onDrift: 'AUTO_ADOPT' } }),
    'DRIFT, both moved: finding HIGH AUTO_ADOPT, held',
  ],
  [
    'AUTO_ADOPT of what a third system owns',
    price({ c: '10', b: '10', o: '11', rule: { ...elsewhere, onDrift: 'AUTO_ADOPT' } }),
    'DRIFT: finding HIGH, held',
  ],
  ['IGNORE', price({ c: '10', b: '10', o: '11', rule: { onDrift: 'IGNORE' } }), 'DRIFT: finding HIGH IGNORE, ignored'],
  [
    'IGNORE, both moved',
    price({ c: '12', b: '10', o: '11', rule: { onDrift: 'IGNORE' } }),
    'DRIFT, both moved: finding HIGH IGNORE, ignored',
  ],
  ['IGNORE, lag', price({ c: '12', b: '10', o: '10', rule: { onDrift: 'IGNORE' } }), 'LAG: write "12.00"'],
  [
    'IGNORE, nothing published',
    price({ c: '10', o: '11', rule: { onDrift: 'IGNORE' } }),
    'NEVER_AGREED: finding HIGH, held',
  ],
  ['its own', price({ c: '10', b: '10', o: '11', rule: owned }), 'DRIFT: take'],
  ['its own, the first value', price({ c: '10', o: '11', rule: owned }), 'NEVER_AGREED: take'],
  ['its own, emptied', price({ c: '10', b: '10', o: null, rule: owned }), 'DRIFT: take'],
  ['its own, never reported', price({ c: '10', o: null, rule: owned }), 'NEVER_AGREED'],
  ['its own, and the master moved', price({ c: '12', b: '10', o: '10', rule: owned }), 'LAG: take'],
  ['its own, unreadable', price({ c: '10', b: '10', rule: owned, unreadable: true }), 'NOT_COVERED: not covered'],
  [
    'its own, in masses',
    price({ c: '10', b: '10', o: '0', rule: owned, open: { found: '0', healing: 'HELD' } }),
    'DRIFT: finding HIGH HELD, held',
  ],
  [
    'its own, put right',
    price({ c: '10', b: '0', o: '10', rule: owned, open: { found: '0', healing: 'HELD' } }),
    'IN_SYNC: closes SELF_HEALED',
  ],
  ["another system's", price({ c: '10', b: '10', o: '11', rule: elsewhere }), 'DRIFT: finding HIGH, held'],
  ["another system's, lag", price({ c: '12', b: '10', o: '10', rule: elsewhere }), 'LAG: write "12.00"'],
];

/** What an open finding, a waiver and a request make of it. */
const STANDING: Case[] = [
  ['open, as found', price({ c: '10', b: '10', o: '11', open: { found: '11' } }), 'DRIFT: finding HIGH, held'],
  ['open, healed', price({ c: '10', b: '10', o: '10', open: { found: '11' } }), 'IN_SYNC: closes SELF_HEALED'],
  [
    'open, reverted',
    price({ c: '10', b: '10', o: '10', open: { found: '11', revert: true } }),
    'IN_SYNC: closes REVERTED',
  ],
  [
    'to be reverted',
    price({ c: '10', b: '10', o: '11', open: { found: '11', revert: true } }),
    'DRIFT: write "10.00", then REVERTED',
  ],
  [
    'to be reverted, edited once more',
    price({ c: '10', b: '10', o: '12', open: { found: '11', revert: true } }),
    'DRIFT: finding HIGH, held',
  ],
  [
    'a later request',
    price({ c: '12', b: '10', o: '11', open: { found: '11' }, requestedAfter: 1 }),
    'DRIFT, both moved: write "12.00", then SUPERSEDED',
  ],
  [
    'a later request, edited once more',
    price({ c: '12', b: '10', o: '13', open: { found: '11' }, requestedAfter: 1 }),
    'DRIFT, both moved: finding HIGH, write "12.00", then SUPERSEDED',
  ],
  [
    'an earlier request',
    price({ c: '12', b: '10', o: '11', open: { found: '11' }, requestedAfter: -1 }),
    'DRIFT, both moved: finding HIGH, held',
  ],
  ['open, edited back', price({ c: '12', b: '10', o: '10', open: { found: '11' } }), 'LAG: finding HIGH, held'],
  [
    'to be healed, edited back',
    price({
      c: '12',
      b: '10',
      o: '10',
      open: { found: '11', healing: 'AUTO_REVERT' },
      rule: { onDrift: 'AUTO_REVERT' },
    }),
    'LAG: finding HIGH AUTO_REVERT, held',
  ],
  [
    'waived',
    price({ c: '10', b: '10', o: '11', open: { found: '11', state: 'WAIVED' } }),
    'DRIFT: finding HIGH, waived',
  ],
  [
    'waived, and a later request',
    price({ c: '12', b: '10', o: '10', open: { found: '11', state: 'WAIVED' }, requestedAfter: 1 }),
    'LAG: finding HIGH, waived',
  ],
  [
    'waived, gone',
    price({ c: '10', b: '10', o: '10', open: { found: '11', state: 'WAIVED' } }),
    'IN_SYNC: closes SELF_HEALED',
  ],
  [
    'waived, unreadable',
    price({ c: '10', b: '10', open: { found: '11', state: 'WAIVED' }, unreadable: true }),
    'NOT_COVERED: not covered',
  ],
  ['read only, lag', price({ c: '12', b: '10', o: '10', readOnly: true }), 'LAG: finding HIGH, held'],
  ['read only, echo', price({ c: '12', b: '10', o: '11', w: ['11'], readOnly: true }), 'ECHO'],
  [
    'read only, to be reverted',
    price({ c: '10', b: '10', o: '11', open: { found: '11', revert: true }, readOnly: true }),
    'DRIFT: finding HIGH, held',
  ],
];

/** Fields that have a law, or a kind, of their own. */
const KINDS: Case[] = [
  ['lifecycle, taken off sale', { field: 'lifecycle', c: ON, b: ON, o: OFF }, 'DRIFT: finding LIFECYCLE HIGH, held'],
  [
    'lifecycle, RETIRED on sale',
    { field: 'lifecycle', c: OFF, b: OFF, o: ON, state: 'RETIRED' },
    'DRIFT: finding LIFECYCLE CRITICAL, held',
  ],
  [
    'lifecycle, ON_HOLD salable',
    { field: 'lifecycle', c: { salable: false }, b: { salable: false }, o: { salable: true }, state: 'ON_HOLD' },
    'DRIFT: finding LIFECYCLE CRITICAL, held',
  ],
  [
    'lifecycle, PRELAUNCH on sale',
    { field: 'lifecycle', c: OFF, b: OFF, o: ON, state: 'PRELAUNCH' },
    'DRIFT: finding LIFECYCLE HIGH, held',
  ],
  [
    'lifecycle, more than the master says',
    { field: 'lifecycle', c: ON, b: ON, o: { ...ON, inventoryPolicy: 'DENY' } },
    'IN_SYNC',
  ],
  ['lifecycle, the master moved', { field: 'lifecycle', c: OFF, b: ON, o: ON }, 'LAG: write {"published":false}'],
  [
    'lifecycle, only what differs is written',
    {
      field: 'lifecycle',
      c: { active: true, salable: true },
      b: { active: true, salable: false },
      o: { active: true, salable: false },
    },
    'LAG: write {"salable":true}',
  ],
  ['bundle, other order', { field: 'bundle.components', c: AB, b: AB, o: AB.toReversed() }, 'IN_SYNC'],
  ['bundle, one less', { field: 'bundle.components', c: AB, b: AB, o: A }, 'DRIFT: finding BUNDLE HIGH, held'],
  [
    'bundle, recomposed by us',
    { field: 'bundle.components', c: A, b: AB, o: AB },
    'LAG: write [{"code":"A","quantity":2}]',
  ],
  ['tags, theirs', { field: 'product.tags', c: ['a'], b: ['a'], o: ['a', 'x'] }, 'IN_SYNC'],
  ['tags, theirs, never published', { field: 'product.tags', c: ['a'], o: ['A', 'x'] }, 'IN_SYNC'],
  ['tags, ours gone', { field: 'product.tags', c: ['a', 'b'], b: ['a', 'b'], o: ['a'] }, 'DRIFT: finding LOW, held'],
  ['tags, dropped', { field: 'product.tags', c: ['a'], b: ['a', 'b'], o: ['a', 'b', 'x'] }, 'LAG: write ["a","x"]'],
  ['tags, dropped, and gone by itself', { field: 'product.tags', c: ['a'], b: ['a', 'b'], o: ['a', 'x'] }, 'IN_SYNC'],
  ['weight within half a gram', { field: 'weight', c: '453.59237', b: '453.59237', o: '454' }, 'IN_SYNC'],
  ['weight beyond', { field: 'weight', c: '453', b: '453', o: '454' }, 'DRIFT: finding MEDIUM, held'],
  ['weight, not weighed', { field: 'weight', c: null, b: null, o: '0' }, 'IN_SYNC'],
  ['title, entities', { field: 'product.title', c: 'A & B', b: 'A & B', o: 'A &amp; B' }, 'IN_SYNC'],
  ['gtin, emptied', { field: 'gtin', c: '4006381333931', b: '4006381333931', o: '' }, 'DRIFT: finding MEDIUM, held'],
  ['taxable, switched', { field: 'taxable', c: true, b: true, o: false }, 'DRIFT: finding MEDIUM, held'],
  ['what nobody governs', { field: 'descriptionHtml', c: 'a', b: 'a', o: 'b' }, 'NOT_COMPARED'],
];

describe('C, B, O, kind and rule make a verdict (design 4.7)', () => {
  const all = [...COMPARED, ...RULED, ...STANDING, ...KINDS];

  it('in sixty cases at least, each of them one of its own', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(([, look]) => JSON.stringify(look))).size).toBe(all.length);
  });

  it.each(all)('%s', (_name, look, verdict) => {
    expect(verdictOf(look)).toBe(verdict);
  });
});
