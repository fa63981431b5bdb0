import { describe, expect, it } from '@jest/globals';
import { readable } from '../../src/domain/drift/readable.js';
import type { ObservedRecord } from '../../src/domain/publishing/system.js';

const NUL = '\u0000';

function shown(over: Partial<ObservedRecord>): ObservedRecord {
  return {
    entity: 'SKU',
    externalId: '7',
    root: { externalId: '7', code: 'CUP' },
    code: 'CUP',
    fields: { price: '5.00', tags: ['new'] },
    unreadable: [],
    updatedAt: '2026-01-02T03:04:05Z',
    attribution: { actor: 'Sam', app: null, at: null },
    token: '"1"',
    ...over,
  };
}

describe('readable', () => {
  it('leaves alone what can be kept, whole surrogate pairs among it', () => {
    const record = shown({ fields: { title: 'tent \u{1f3d5}', lifecycle: { published: true, on: null } } });
    expect(readable(record)).toEqual({
      ...record,
      attribution: record.attribution && { ...record.attribution, confidence: 'LIKELY' },
    });
  });

  it('keeps who wrote single fields, as it keeps who wrote the record', () => {
    const record = shown({ authors: { price: { actor: `x${NUL}`, app: 'till', at: null }, title: null } });
    expect(readable(record).authors).toEqual({
      price: { actor: null, app: 'till', at: null, confidence: 'LIKELY' },
      title: null,
    });
    expect(readable(shown({}))).not.toHaveProperty('authors');
  });

  it.each([
    ['U+0000', `a${NUL}b`],
    ['the first half of a pair', 'a\ud800'],
    ['the second half of a pair', '\udc00a'],
    ['U+0000 in a list', ['fine', NUL]],
    ['U+0000 deep inside', { list: [{ name: NUL }] }],
    ['U+0000 in a name', { [`a${NUL}`]: 1 }],
  ])('calls a field with %s unreadable, and no other', (_what, title) => {
    const seen = readable(shown({ fields: { title, price: '5.00' }, unreadable: ['weight'] }));
    expect(seen.fields).toEqual({ price: '5.00' });
    expect(seen.unreadable).toEqual(['weight', 'title']);
    expect(readable(seen)).toEqual(seen);
  });

  it('blanks a code, a token and a name that cannot be kept', () => {
    const bad = `x${NUL}`;
    const record = shown({
      code: bad,
      root: { externalId: '7', code: bad },
      token: bad,
      updatedAt: bad,
      attribution: { actor: bad, app: 'till', at: bad },
    });
    expect(readable(record)).toMatchObject({
      code: null,
      root: { externalId: '7', code: null },
      token: null,
      updatedAt: null,
      attribution: { actor: null, app: 'till', at: null },
    });
  });
});
