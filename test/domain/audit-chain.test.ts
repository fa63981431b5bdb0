import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord, FoundSeal } from '../../src/domain/audit/audit-chain.js';
import { canonicalRecord, checkChain, EMPTY_CHAIN, sealAll } from '../../src/domain/audit/audit-chain.js';
import type { Json } from '../../src/domain/primitives/json.js';

const EVENT = {
  id: '01998f6a-0000-7000-8000-000000000001',
  at: '2026-11-25T09:30:00.000001Z',
  actor: { kind: 'API_KEY', id: 'k', name: 'Ada', partyId: null },
  type: 'CHANGE_REQUEST_APPROVED',
  subject: 'CR-1001',
  data: { comment: '"é\u2028\n' },
};

const events = fc.array(
  fc.record({
    id: fc.uuid(),
    at: fc.constant(EVENT.at),
    actor: fc.constant(EVENT.actor as Json),
    type: fc.string(),
    subject: fc.string(),
    data: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Json>,
  }),
  { minLength: 1, maxLength: 20 },
);

function chainOf(list: Omit<AuditRecord, 'sequence'>[]): FoundSeal[] {
  return sealAll(EMPTY_CHAIN, list).map(({ record, hash }) => ({ sequence: BigInt(record.sequence), hash, record }));
}

describe('the audit chain', () => {
  it('covers the text that RFC 8785 gives, so that anybody can recompute it', () => {
    const [sealed] = sealAll(EMPTY_CHAIN, [EVENT]);
    const text =
      '{"actor":{"id":"k","kind":"API_KEY","name":"Ada","partyId":null},"at":"2026-11-25T09:30:00.000001Z",' +
      '"data":{"comment":"\\"é\u2028\\n"},"id":"01998f6a-0000-7000-8000-000000000001","sequence":"1",' +
      '"subject":"CR-1001","type":"CHANGE_REQUEST_APPROVED"}';
    expect(sealed && canonicalRecord(sealed.record)).toBe(text);
    const hash = createHash('sha256').update(Buffer.alloc(32)).update(text, 'utf8').digest('hex');
    expect(sealed?.hash).toBe(hash);
    // Keys in the order of UTF-16 code units, where an emoji stands before U+FB33: the standard's own example.
    const data = { '\ufb33': 1, '😀': 2, '€': 1e21, '\r': -0, a: 1.5e-7 };
    const other = sealed && canonicalRecord({ ...sealed.record, data });
    expect(other).toContain('"data":{"\\r":0,"a":1.5e-7,"€":1e+21,"😀":2,"\ufb33":1}');
  });

  it('holds as it was made, in pieces too', () => {
    fc.assert(
      fc.property(events, fc.nat(), (list, cut) => {
        const chain = chainOf(list);
        const whole = checkChain(EMPTY_CHAIN, chain);
        expect(whole).toMatchObject({ checked: list.length, brokenAt: null });
        const half = checkChain(EMPTY_CHAIN, chain.slice(0, cut % list.length));
        expect(checkChain(half.head, chain.slice(cut % list.length)).head).toEqual(whole.head);
      }),
    );
  });

  it('tells the first place at which anything at all was changed, left out or moved', () => {
    const tampering = fc.constantFrom('id', 'at', 'actor', 'type', 'subject', 'data', 'hash', 'gone', 'hole', 'swap');
    fc.assert(
      fc.property(events, fc.nat(), tampering, (list, where, what) => {
        const chain = chainOf(list);
        const at = where % chain.length;
        const found = chain[at];
        const record = found?.record;
        if (!found || !record) throw new Error('a chain is as long as its events');
        if (what === 'hole') chain.splice(at, 1);
        else if (what === 'gone') chain[at] = { ...found, record: null };
        else if (what === 'hash') chain[at] = { ...found, hash: 'f'.repeat(64) };
        else if (what === 'swap') chain[at] = { ...found, record: { ...record, sequence: `${record.sequence}0` } };
        else if (what === 'data' || what === 'actor') chain[at] = { ...found, record: { ...record, [what]: ['x'] } };
        else chain[at] = { ...found, record: { ...record, [what]: `${record[what as 'id']}x` } };
        // What was cut off at the end is told by a head that was noted down, and by nothing else.
        const told = what === 'hole' && at === list.length - 1 ? null : BigInt(at + 1);
        expect(checkChain(EMPTY_CHAIN, chain).brokenAt).toBe(told);
      }),
    );
  });
});
