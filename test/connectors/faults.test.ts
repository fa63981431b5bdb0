import { describe, expect, it } from '@jest/globals';
import { ConnectorError } from '../../src/application/ports/connector.js';
import { cleanOf, faultOf, rawOf, withoutSecrets } from '../../src/connectors/faults.js';

const TOKEN = 'ab/cd+ef"gh&ij';

describe('what a system answered', () => {
  it.each([
    ['as it is', `the key ${TOKEN} may not`, 'the key [secret] may not'],
    ['in JSON', `{"detail":${JSON.stringify(`key ${TOKEN}`)}}`, { detail: 'key [secret]' }],
    [
      'in JSON as PHP writes it',
      `{"detail":${JSON.stringify(`key ${TOKEN}`).replaceAll('/', '\\/')}}`,
      { detail: 'key [secret]' },
    ],
    ['in JSON that escapes what it need not', '{"detail":"key \\u0061b/cd+ef\\"gh&ij"}', { detail: 'key [secret]' }],
    ['in JSON within a text', `422 {"detail":"ab\\/cd+ef\\"gh&ij"}`, '422 {"detail":"[secret]"}'],
    ['in an address', 'GET /x?t=ab%2Fcd%2Bef%22gh%26ij', 'GET /x?t=[secret]'],
    ['in an address in small letters', 'GET /x?t=ab%2fcd%2bef%22gh%26ij', 'GET /x?t=[secret]'],
    ['in a page', '<p>ab/cd+ef&quot;gh&amp;ij</p>', '<p>[secret]</p>'],
    ['as the name of a field', `{${JSON.stringify(TOKEN)}:1}`, { '[secret]': 1 }],
  ])('holds no secret of ours that it quotes back %s', (_how, text, expected) => {
    expect(cleanOf(text, ['', TOKEN])).toEqual(expected);
    expect(JSON.stringify(withoutSecrets(text, [TOKEN]))).not.toContain('ef"gh&ij');
  });

  it('is kept in part where it is long, and JSON where it is JSON', () => {
    expect(rawOf('{"a":null}', [])).toEqual({ a: null });
    expect(rawOf(JSON.stringify({ trace: 'x'.repeat(9_000) }), [])).toHaveLength(4_000);
    expect(rawOf('{"a":', [])).toBe('{"a":');
  });

  it('gives nothing away to whoever logs what a connector threw', () => {
    const error = new ConnectorError(faultOf('VALIDATION', 'sent password=hunter2', { raw: { apiKey: 'k' } }));
    expect(`${error.message} ${error.stack} ${JSON.stringify(error.fault)}`).not.toMatch(/hunter2|"k"/);
  });
});
