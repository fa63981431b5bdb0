import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttributeDefinition, AttributeType } from '../../src/domain/attributes/definition.js';
import { ATTRIBUTE_TYPES, appliesTo, isAskedOf, isAttributeKey } from '../../src/domain/attributes/definition.js';
import { readAttribute } from '../../src/domain/attributes/read-attribute.js';
import { definitionsOf, readAttributeList } from '../../src/domain/attributes/read-attribute-list.js';
import { LIFECYCLE_STATES } from '../../src/domain/catalog/lifecycle.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import { SETTINGS } from '../../src/domain/settings/settings.js';
import { lines, planned, productUpdate, skuUpdate, teaProduct, teaSku, teaWorld } from '../support/plan-kit.js';

const of = (type: AttributeType): AttributeDefinition => ({
  key: 'a',
  name: 'A',
  type,
  ...(type === 'ENUM' ? { values: ['Cotton', 'Wool'] } : {}),
});
const reading = (type: AttributeType, value: Json): Json => {
  const read = readAttribute(of(type), value);
  return read.ok ? read.value : read.code;
};

describe('a value of an attribute', () => {
  it.each<[AttributeType, Json, Json]>([
    ['TEXT', ' Organic cotton ', 'Organic cotton'],
    ['TEXT', 'Größe – 5 µm', 'Größe – 5 µm'],
    ['NUMBER', '012.50', '12.5'],
    ['NUMBER', '-0.00', '0'],
    ['NUMBER', 42, '42'],
    ['NUMBER', -0, '0'],
    ['BOOLEAN', false, false],
    ['ENUM', 'Wool', 'Wool'],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['DATE', '0099-12-31', '0099-12-31'],
  ])('%s takes %j as %j', (type, value, canonical) => expect(reading(type, value)).toEqual(canonical));

  it.each<[AttributeType, Json]>([
    ['TEXT', 5],
    ['TEXT', true],
    ['TEXT', ['a']],
    ['TEXT', { a: 'b' }],
    ['TEXT', 'a\u0000b'],
    ['TEXT', 'a\nb'],
    ['TEXT', 'a\u202eb'],
    ['TEXT', '\ud800'],
    ['NUMBER', 12.5],
    ['NUMBER', 1e21],
    ['NUMBER', 2 ** 53],
    ['NUMBER', '1e3'],
    ['NUMBER', '+1'],
    ['NUMBER', '1,5'],
    ['NUMBER', '１９'],
    ['NUMBER', "'5"],
    ['NUMBER', true],
    ['BOOLEAN', 'true'],
    ['BOOLEAN', 1],
    ['ENUM', 'wool'],
    ['ENUM', 'Silk'],
    ['ENUM', 1],
    ['DATE', '2023-02-29'],
    ['DATE', '2026-13-01'],
    ['DATE', '2026-1-1'],
    ['DATE', '0000-01-01'],
    ['DATE', '2026-11-25T00:00:00Z'],
    ['DATE', '２０２６-11-25'],
    ['DATE', 20_261_125],
  ])('%s does not take %j', (type, value) => expect(reading(type, value)).toBe('INVALID_FORMAT'));

  it('is cleared by null and by nothing but spaces, and never longer than a line', () => {
    for (const type of ATTRIBUTE_TYPES) {
      expect([reading(type, null), reading(type, '  ')]).toEqual([null, null]);
      expect(reading(type, 'x'.repeat(10_000_000))).toBe('TOO_LONG');
    }
  });

  it('is the same when it is read again, whatever it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ATTRIBUTE_TYPES), fc.jsonValue(), fc.string(), (type, json, text) => {
        for (const value of [json as Json, text, '7', '007.10']) {
          const first = readAttribute(of(type), value);
          if (first.ok) expect(readAttribute(of(type), first.value)).toEqual(first);
        }
      }),
    );
  });

  it('of a date is taken just where the calendar has the day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 99 }), fc.nat(99), (y, m, d) => {
        const pad = (value: number, places: number): string => String(value).padStart(places, '0');
        const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
        const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] ?? 0;
        const there = d >= 1 && d <= days;
        expect(readAttribute(of('DATE'), `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`).ok).toBe(there);
      }),
    );
  });
});

describe('a list of attributes', () => {
  const known = definitionsOf([of('TEXT'), { key: 'heel_mm', name: 'Heel', type: 'NUMBER' }]);
  const problems = (...list: [string, Json][]): string[] =>
    lines(
      readAttributeList(
        list.map(([key, value]) => ({ key, value })),
        known,
      ).problems,
    );

  it('tells every problem at its own place', () => {
    expect(problems(['a', 'x'], ['heel_mm', 1.5], ['b', 'x'], ['A', 'x'], ['a', 'y'])).toEqual([
      'INVALID_FORMAT 1.value',
      'ATTRIBUTE_UNKNOWN 2.key',
      'ATTRIBUTE_UNKNOWN 3.key',
      'DUPLICATE_CHANGE 4.key',
    ]);
    const long = Array.from({ length: 501 }, (_, index): [string, Json] => [`a${index}`, 'x']);
    expect(problems(...long)).toEqual(['TOO_MANY ']);
  });

  it('lets anything be cleared, and no key reach into an object', () => {
    const { values } = readAttributeList(
      [
        { key: '__proto__', value: null },
        { key: 'a', value: 'x' },
      ],
      known,
    );
    expect(Object.keys(values)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(problems(['__proto__', 'x'], ['constructor', 'x'])).toEqual([
      'ATTRIBUTE_UNKNOWN 0.key',
      'ATTRIBUTE_UNKNOWN 1.key',
    ]);
  });
});

describe('a definition', () => {
  it('applies to its product types without case, or to all', () => {
    expect(appliesTo({}, null)).toBe(true);
    expect(appliesTo({ productTypes: [] }, 'Shoes')).toBe(true);
    expect(appliesTo({ productTypes: ['Shoes'] }, ' SHOES')).toBe(true);
    expect([appliesTo({ productTypes: ['Shoes'] }, 'Bags'), appliesTo({ productTypes: ['Shoes'] }, null)]).toEqual([
      false,
      false,
    ]);
  });

  it('is asked for in the states from which it is required', () => {
    const askedIn = (requiredFrom: AttributeDefinition['requiredFrom']): string[] =>
      LIFECYCLE_STATES.filter((state) => isAskedOf({ ...of('TEXT'), requiredFrom }, state, 'T'));
    expect(askedIn(undefined)).toEqual([]);
    expect(askedIn('PRELAUNCH')).toEqual(['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT']);
    expect(askedIn('ACTIVE')).toEqual(['ACTIVE', 'ON_HOLD', 'PHASE_OUT']);
    expect(askedIn('RETIRED')).toEqual(['RETIRED']);
  });

  it('has a strict key', () => {
    expect(['a', 'heel_mm2', `a${'b'.repeat(63)}`].every(isAttributeKey)).toBe(true);
    for (const key of ['', 'A', '1a', '_a', 'a-b', 'ä', 'a b', `a${'b'.repeat(64)}`, 'a\n', '__proto__']) {
      expect(isAttributeKey(key)).toBe(false);
    }
  });

  it('is refused with every fault at once', () => {
    const faults = (value: Json): string[] => lines(settingFaults(SETTINGS.attributes, value));
    expect(faults([{ key: 'a', name: 'A', type: 'ENUM', values: ['x', 'y'], requiredFrom: 'ACTIVE' }])).toEqual([]);
    expect(faults([{ key: 'A', name: ' A', type: 'FLOAT', values: [], requiredFrom: 'DRAFT', more: 1 }])).toEqual(
      expect.arrayContaining([
        'INVALID_FORMAT 0.key',
        'INVALID_FORMAT 0.name',
        'INVALID_FORMAT 0.type',
        'INVALID_FORMAT 0.values',
        'INVALID_FORMAT 0.requiredFrom',
        'INVALID_FORMAT 0.more',
      ]),
    );
    expect(
      faults([
        { key: 'a', name: 'A', type: 'ENUM' },
        { key: 'a', name: 'A', type: 'TEXT', values: ['x'], unit: 'mm' },
        { key: 'b', name: 'B', type: 'ENUM', values: ['x', 'x'], productTypes: ['T', ' t '.trim()] },
      ]),
    ).toEqual([
      'INVALID_FORMAT 1.key',
      'REQUIRED 0.values',
      'INVALID_FORMAT 1.values',
      'INVALID_FORMAT 1.unit',
      'INVALID_FORMAT 2.values.1',
      'INVALID_FORMAT 2.productTypes.1',
    ]);
  });
});

describe('attributes of a request', () => {
  const settings = {
    attributes: [
      { key: 'material', name: 'Material', type: 'TEXT' as const },
      { key: 'heel_mm', name: 'Heel', type: 'NUMBER' as const, productTypes: ['Shoes'] },
    ],
  };
  const attributes = (values: Record<string, Json>): ReturnType<typeof skuUpdate> =>
    skuUpdate('A', { attributes: values });

  it('are read by the definitions of now, and told under their keys', () => {
    const world = teaWorld([teaSku('A')], { settings, product: teaProduct({ productType: 'shoes' }) });
    const set = planned(world, attributes({ heel_mm: '045.0', material: 'Leaf' }));
    expect(set.skus[0]?.after.attributes).toEqual({ heel_mm: '45', material: 'Leaf' });
    expect(lines(planned(world, attributes({ heel_mm: 'high', color: 'red' })).problems)).toEqual([
      'INVALID_FORMAT changes.0.skuUpdate.fields.attributes.heel_mm.value',
      'ATTRIBUTE_UNKNOWN changes.0.skuUpdate.fields.attributes.color.key',
    ]);
  });

  it('belong to the type that the product has once the request is applied', () => {
    const world = teaWorld([teaSku('A')], { settings });
    const heel = attributes({ heel_mm: '45' });
    expect(lines(planned(world, heel).problems)).toEqual([
      'ATTRIBUTE_NOT_APPLICABLE changes.0.skuUpdate.fields.attributes.heel_mm.key',
    ]);
    expect(planned(world, heel, productUpdate({ productType: 'Shoes' })).problems).toEqual([]);
    expect(lines(planned(world, productUpdate({ attributes: { heel_mm: '45' } })).problems)).toEqual([
      'ATTRIBUTE_NOT_APPLICABLE changes.0.productUpdate.attributes.heel_mm.key',
    ]);
  });

  it('are not left behind by a product that changes its type, except on what is RETIRED', () => {
    const product = teaProduct({ productType: 'Shoes', attributes: { heel_mm: '20' } });
    const skus = [
      teaSku('A', { attributes: { heel_mm: '45', material: 'Leather' } }),
      teaSku('B', { state: 'RETIRED', attributes: { heel_mm: '45' } }),
    ];
    const world = teaWorld(skus, { settings, product });
    const retype = productUpdate({ productType: 'Bags' });
    const { problems } = planned(world, retype);
    expect(lines(problems)).toEqual(['ATTRIBUTE_NOT_APPLICABLE changes.0.productUpdate.productType']);
    expect(problems[0]?.message).toContain('for: product tea, A');
    const cleared = productUpdate({ productType: 'Bags', attributes: { heel_mm: null } });
    expect(planned(world, cleared, attributes({ heel_mm: null })).problems).toEqual([]);
  });

  it('that no definition knows any more can be cleared, and only where they are', () => {
    const world = teaWorld([teaSku('A', { attributes: { Old: 'x', material: 'Leaf' } })], { settings });
    expect(planned(world, attributes({ Old: null })).skus[0]?.after.attributes).toEqual({ material: 'Leaf' });
    expect(lines(planned(world, attributes({ older: null })).problems)).toEqual([
      'ATTRIBUTE_UNKNOWN changes.0.skuUpdate.fields.attributes.older.key',
    ]);
    expect(planned(world, attributes({ heel_mm: null })).problems).toEqual([]);
    expect(planned(world, skuUpdate('A', { attributes: null })).skus[0]?.after.attributes).toEqual({});
  });
});
