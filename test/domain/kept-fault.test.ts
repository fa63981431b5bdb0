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
      'who signs in by an address',
      'at postgres://u:p%40w@db:5432/x, http://a/b',
      'at postgres://[secret]@db:5432/x, http://a/b',
    ],
    ['a password with an @ in it', 'redis://:p@ss@cache', 'redis://[secret]@cache'],
    ['a JWT', 'sent eyJhbGciOi.eyJzdWIiOi.s1g-_nature, refused', 'sent [secret], refused'],
    ['a key of ours', 'key skw_Ab9-_z is unknown', 'key [secret] is unknown'],
    [
      'a token and a webhook of Slack',
      'xoxb-12-ab https://hooks.slack.com/services/T0/B0/x',
      '[secret] https://hooks.slack.com/[secret]',
    ],
    ['what is given to a name', 'FATAL: password=hunter2 user=erp', 'FATAL: password=[secret] user=erp'],
    [
      'a name within another',
      'client_secret = s3cr3t, db_password=x;',
      'client_secret = [secret], db_password=[secret];',
    ],
    [
      'other names of secrets',
      { pwd: 'a', auth: 'b', 'X-Auth-Key': 'c', session_id: 'd', privateKey: 'e', author: 'Kim' },
      {
        pwd: '[secret]',
        auth: '[secret]',
        'X-Auth-Key': '[secret]',
        session_id: '[secret]',
        privateKey: '[secret]',
        author: 'Kim',
      },
    ],
    ['a signed address', 'GET /x?code=A-1&sig=abc#y', 'GET /x?code=A-1&sig=[secret]#y'],
    ['a private key', 'a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b', 'a [secret] b'],
    ['a password after a colon', 'login with password: hunter2 failed', 'login with password: [secret] failed'],
    [
      'JSON within a text',
      'body {"user":"erp","password": "hunter2","n":1}',
      'body {"user":"erp","password": "[secret]","n":1}',
    ],
    [
      'an address alone',
      'https://shop.example/a:b@c and me@example.com',
      'https://shop.example/a:b@c and me@example.com',
    ],
    [
      'words about secrets',
      'the token: it has expired; "token" is no key',
      'the token: it has expired; "token" is no key',
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
    expect(kept('\u001b[31mred\u0007\u009b\tand\r\nso').message).toBe('\ufffd[31mred\ufffd\ufffd\tand\r\nso');
    let deep: Json = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    expect(JSON.stringify(kept('no', deep).raw).length).toBeLessThan(100);
  });
});
