import { describe, expect, it } from '@jest/globals';
import type { ProductFieldsDraft } from '../../src/domain/catalog/read-product-fields.js';
import { readProductFields, tagsOfCell } from '../../src/domain/catalog/read-product-fields.js';
import type { SkuFieldsDraft } from '../../src/domain/catalog/read-sku-fields.js';
import { readSkuFields, textFault } from '../../src/domain/catalog/read-sku-fields.js';
import { readAttribute } from '../../src/domain/attributes/read-attribute.js';

function told(draft: SkuFieldsDraft): string[] {
  return readSkuFields(draft, ['uk']).problems.map(
    ({ code, field, message }) => `${code} ${field?.join('.')}: ${message}`,
  );
}

function ofProduct(draft: ProductFieldsDraft): string[] {
  return readProductFields(draft).problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
}

describe('tags', () => {
  it('are refused where one says nothing or says it again, each at its place', () => {
    expect(ofProduct({ tags: ['', ' a ', 'a', 'A', 'b,c', '<i>x</i>'] })).toEqual([
      'REQUIRED tags.0',
      'DUPLICATE_CHANGE tags.2',
      'DUPLICATE_CHANGE tags.3',
      'INVALID_FORMAT tags.4',
      'INVALID_FORMAT tags.5',
    ]);
    expect(readProductFields({ tags: ['b', ' a '] })).toMatchObject({ problems: [], patch: { tags: ['a', 'b'] } });
  });

  it('of a cell are a set, as they always are in one', () => {
    expect(tagsOfCell(' a,,b, A ')).toEqual(['A', 'b']);
  });
});

describe('length', () => {
  const emoji = '\u{1F375}';

  it('is counted in characters, not in UTF-16 units', () => {
    expect(told({ title: emoji.repeat(255), taxCode: emoji.repeat(255) })).toEqual([]);
    expect(told({ title: emoji.repeat(256) })).toEqual(['TOO_LONG title: a title has at most 255 characters']);
    expect(told({ taxCode: 'x'.repeat(256) })).toEqual(['TOO_LONG taxCode: at most 255 characters']);
    expect([textFault(emoji.repeat(2_000)), textFault(emoji.repeat(2_001))?.code]).toEqual([null, 'TOO_LONG']);
    const text = { key: 't', name: 'T', type: 'TEXT' as const };
    expect([readAttribute(text, emoji.repeat(255)).ok, readAttribute(text, emoji.repeat(256)).ok]).toEqual([
      true,
      false,
    ]);
    expect(ofProduct({ tags: [emoji.repeat(255)] })).toEqual([]);
  });

  it('of a number is told as the limit that it breaks', () => {
    const weight = (value: string): SkuFieldsDraft => ({ weight: { value, unit: 'GRAMS' } });
    expect(told(weight('12345678901234'))).toEqual(['INVALID_FORMAT weight: a weight is at most 9999999999']);
    expect(told({ price: '1.1234567890123' })).toEqual([
      'INVALID_FORMAT price: an amount has at most 4 decimal places',
    ]);
    expect(told({ price: '1e3' })).toEqual(['INVALID_FORMAT price: "1e3" is no plain decimal such as "19.90"']);
    expect(told({ price: '12345678901' })).toEqual(['INVALID_FORMAT price: an amount is at most 9999999999']);
  });
});

describe('text that shoppers or systems read', () => {
  it('holds nothing that nobody sees, and no markup', () => {
    for (const bad of ['a\u200bb', 'a\u2060b', 'a\ufeffb', 'a\ufffeb', 'a\u{1fffe}b', 'a\u0000b', '<b>a</b>']) {
      const option = [{ name: bad, value: bad }];
      expect(
        told({ title: bad, taxCode: bad, unitOfMeasure: bad, optionValues: option }).map((each) => each.split(':')[0]),
      ).toEqual([
        'INVALID_FORMAT title',
        'INVALID_FORMAT taxCode',
        'INVALID_FORMAT unitOfMeasure',
        'INVALID_FORMAT optionValues.0.name',
        'INVALID_FORMAT optionValues.0.value',
      ]);
      expect(ofProduct({ vendor: bad, productType: bad, tags: [bad], optionNames: [bad] })).toEqual([
        'INVALID_FORMAT vendor',
        'INVALID_FORMAT productType',
        'INVALID_FORMAT tags.0',
        'INVALID_FORMAT optionNames.0',
      ]);
    }
  });

  it('may be joined as scripts and emoji are, and lose white space at its ends', () => {
    expect(told({ title: '\u{1F469}\u200d\u{1F33E}', taxCode: '\u0645\u06cc\u200c\u062e' })).toEqual([]);
    expect(readSkuFields({ title: '\ufeffTea ' }, [])).toMatchObject({ problems: [], patch: { title: 'Tea' } });
    expect(told({ unitOfMeasure: '< 5 kg' })).toEqual([]);
  });
});

it('lists say which of their elements is at fault', () => {
  expect(
    told({
      listedIn: ['uk', 'nope'],
      systemValues: [
        { system: 'nope', price: '1', compareAtPrice: null },
        { system: 'uk', price: 'x', compareAtPrice: null },
      ],
      optionValues: [
        { name: 'N', value: '' },
        { name: 'N', value: '1' },
      ],
    }).map((each) => each.split(':')[0]),
  ).toEqual([
    'REQUIRED optionValues.0.value',
    'DUPLICATE_CHANGE optionValues.1.name',
    'SYSTEM_UNKNOWN listedIn.1',
    'SYSTEM_UNKNOWN systemValues.0.system',
    'INVALID_FORMAT systemValues.1.price',
  ]);
});
