import { describe, expect, it } from '@jest/globals';
import type { Contact, Gate, Hold, HoldKind } from '../../src/domain/publishing/gate.js';
import {
  admission,
  afterContact,
  BREAKER_FAILURES,
  healthOf,
  nextProbe,
  OPEN_GATE,
} from '../../src/domain/publishing/gate.js';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 26) + seconds * 1_000);
const NOW = at(1_000);
const hold = (kind: HoldKind, began: number, until: number | null = null): Hold => ({
  kind,
  beganAt: at(began),
  until: until === null ? null : at(until),
});
const gate = (over: Partial<Gate>): Gate => ({ ...OPEN_GATE, ...over });

describe('whether a lane may be claimed', () => {
  it.each<[string, Gate, ReturnType<typeof admission>]>([
    ['an open gate', OPEN_GATE, 'OPEN'],
    ['failures that are too few', gate({ failures: 9 }), 'OPEN'],
    ['a pause', gate({ holds: [hold('PAUSE', 0, 2_000)] }), 'SHUT'],
    ['a pause that is over, though nobody ended it', gate({ holds: [hold('PAUSE', 0, 1_000)] }), 'OPEN'],
    ['an open breaker', gate({ holds: [hold('BREAKER', 990)], probeAt: at(1_001) }), 'SHUT'],
    ['a breaker that is half open', gate({ holds: [hold('BREAKER', 970)], probeAt: at(1_000) }), 'PROBE'],
    [
      'a pause over a half-open breaker',
      gate({ holds: [hold('PAUSE', 0, 2_000), hold('BREAKER', 970)], probeAt: at(900) }),
      'SHUT',
    ],
    ['a refused key, not yet', gate({ holds: [hold('AUTH', 900)], probeAt: at(1_200) }), 'SHUT'],
    ['a refused key, after five minutes', gate({ holds: [hold('AUTH', 700)], probeAt: at(1_000) }), 'PROBE'],
  ])('%s', (_what, of, expected) => {
    expect(admission(of, NOW)).toBe(expected);
  });
});

describe('what an exchange does to the gate', () => {
  const breaker = gate({ failures: 12, holds: [hold('BREAKER', 900)], probeAt: at(990) });
  const auth = gate({ holds: [hold('AUTH', 900)], probeAt: at(1_200) });
  it.each<[string, Gate, Contact, number, Partial<ReturnType<typeof afterContact>>]>([
    ['an answer clears the count', gate({ failures: 9 }), 'REACHED', 999, { failures: 0, begins: null, ends: [] }],
    ['the ninth failure', gate({ failures: 8 }), 'TRANSIENT', 999, { failures: 9, begins: null, probeAt: null }],
    [
      'the tenth failure opens it',
      gate({ failures: 9 }),
      'TRANSIENT',
      999,
      { failures: 10, begins: 'BREAKER', probeAt: at(1_030) },
    ],
    [
      'a probe that fails leaves it open',
      breaker,
      'TRANSIENT',
      999,
      { failures: 13, begins: null, ends: [], probeAt: at(990) },
    ],
    ['a probe that is answered closes it', breaker, 'REACHED', 999, { failures: 0, ends: ['BREAKER'], probeAt: null }],
    ['an answer to what was begun before it opened does not', breaker, 'REACHED', 899, { ends: [], probeAt: at(990) }],
    ['a refused key pauses the system', OPEN_GATE, 'AUTH', 999, { begins: 'AUTH', probeAt: at(1_300) }],
    ['a refused key once more', auth, 'AUTH', 999, { begins: null, ends: [], probeAt: at(1_200) }],
    ['a key that is taken again', auth, 'REACHED', 950, { ends: ['AUTH'], probeAt: null }],
    ['an answer from before the key was refused', auth, 'REACHED', 899, { ends: [], probeAt: at(1_200) }],
    [
      'a refused key is an answer to the breaker',
      breaker,
      'AUTH',
      999,
      { begins: 'AUTH', ends: ['BREAKER'], probeAt: at(1_300) },
    ],
    [
      'failures behind a refused key',
      gate({ ...auth, failures: 9 }),
      'TRANSIENT',
      999,
      { begins: 'BREAKER', probeAt: at(1_300) },
    ],
    ['a pause is never ended by an answer', gate({ holds: [hold('PAUSE', 0, 9_000)] }), 'REACHED', 999, { ends: [] }],
  ])('%s', (_what, of, contact, since, expected) => {
    expect(afterContact(of, contact, at(since), NOW)).toMatchObject(expected);
  });

  it('opens after ten failures one after another, and never where an answer came in between', () => {
    const run = (contacts: Contact[]): (HoldKind | null)[] => {
      let state = OPEN_GATE;
      return contacts.map((contact) => {
        const { failures, probeAt, begins } = afterContact(state, contact, NOW, NOW);
        state = gate({ failures, probeAt, holds: begins ? [...state.holds, hold(begins, 1_000)] : state.holds });
        return begins;
      });
    };
    const nine = Array.from({ length: BREAKER_FAILURES - 1 }, (): Contact => 'TRANSIENT');
    expect(run([...nine, 'REACHED', ...nine])).toEqual(Array.from({ length: 19 }, () => null));
    expect(run([...nine, 'TRANSIENT', 'TRANSIENT'])).toEqual([...nine.map(() => null), 'BREAKER', null]);
  });

  it('probes a breaker every 30 s, a refused key every five minutes, a pause never', () => {
    expect(nextProbe([hold('BREAKER', 0)], NOW)).toEqual(at(1_030));
    expect(nextProbe([hold('BREAKER', 0), hold('AUTH', 0)], NOW)).toEqual(at(1_300));
    expect(nextProbe([hold('PAUSE', 0, 9_000)], NOW)).toBeNull();
  });

  it.each<[string, Gate, Contact, 'UP' | 'DEGRADED' | 'DOWN']>([
    ['an answer', OPEN_GATE, 'REACHED', 'UP'],
    ['a failure', OPEN_GATE, 'TRANSIENT', 'DEGRADED'],
    ['a refused key', OPEN_GATE, 'AUTH', 'DOWN'],
    ['a failure behind a breaker', breaker, 'TRANSIENT', 'DOWN'],
    ['an answer behind a breaker', breaker, 'REACHED', 'UP'],
  ])('shows the health of a system after %s', (_what, of, contact, health) => {
    expect(healthOf(afterContact(of, contact, NOW, NOW), of)).toBe(health);
  });
});
