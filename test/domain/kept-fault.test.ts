import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/domain/primitives/json.js';
import { keptFault } from '../../src/domain/publishing/kept-fault.js';

const kept = (message: string, raw: Json = null): { message: string; raw: Json } =>
  keptFault({ class: 'VALIDATION', code: null, message, retryAfterSeconds: null, ambiguous: false, raw });

describe('a fault as it is written down', () => {
  it.each<[string, Json, Json]>([
    ['a token of Shopify', 'sent shpat_0123456789abcdef to us', 'sent [secret] to us'],
    ['a bearer token', { header: 'Bearer abcdef.ghijkl' }, { header: '[secret]' }],
    [
      'a header that is quoted back',
      { headers: { Authorization: 'xyz', Accept: '*/*' } },
      { headers: { Authorization: '[secret]', Accept: '*/*' } },
    ],
    ['a key in an address', 'GET /x?access_token=abc&y=1', 'GET /x?access_token=[secret]&y=1'],
    [
      'fields named after secrets, however deep',
      [{ a: { api_key: 'k', clientSecret: { of: 's' } } }],
      [{ a: { api_key: '[secret]', clientSecret: '[secret]' } }],
    ],
    [
      'what is no secret',
      { code: 'SKU-1', price: 12.5, ok: true, none: null },
      { code: 'SKU-1', price: 12.5, ok: true, none: null },
    ],
  ])('has no credentials: %s', (_what, raw, expected) => {
    expect(kept('no', raw).raw).toEqual(expected);
  });

  it('is bounded, and can be stored whatever the system said', () => {
    const { message, raw } = kept(`a\u0000b\ud800${'x'.repeat(5_000)}`, { page: `\u0000${'y'.repeat(9_000)}` });
    expect(message.startsWith('a\ufffdb\ufffdxxx')).toBe(true);
    expect(message).toHaveLength(1_000);
    expect(typeof raw === 'string' && raw.length).toBe(4_000);
    let deep: Json = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    expect(JSON.stringify(kept('no', deep).raw).length).toBeLessThan(100);
  });
});
