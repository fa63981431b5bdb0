import { describe, expect, it } from '@jest/globals';
import { hsDigits } from '../../src/connectors/hs-code.js';
import { itemRecord } from '../../src/connectors/http-erp/erp-item.js';

describe('an HS code that an ERP shows', () => {
  it.each([
    ['630622', '630622'],
    ['6306.22', '630622'],
    ['6306 22 00-00', '6306220000'],
    ['6306.22.00.00.123', '6306220000123'],
  ])('%s is its digits, however they are grouped', (spelled, digits) => {
    expect(hsDigits(spelled)).toBe(digits);
  });

  it.each(['', '6306.2', '6306.22.00.00.1234', 'HS 630622', '6306/22'])('%s is told as it stands there', (text) => {
    expect(hsDigits(text)).toBe(text);
  });

  it('is read that way from any ERP of the generic contract', () => {
    const item = {
      id: '1',
      code: 'A',
      hsCode: '6306.22',
      name: '6306.22',
      active: true,
      salable: true,
      purchasable: true,
    };
    expect(itemRecord(item, null).fields).toMatchObject({ hsCode: '630622', title: '6306.22' });
  });
});
