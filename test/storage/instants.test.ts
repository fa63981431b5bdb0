import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { types } from 'pg';
import { setOwnershipRule } from '../../src/application/ownership/set-ownership-rule.js';
import { endOwnershipRule } from '../../src/application/ownership/end-ownership-rule.js';
import { BadCursor } from '../../src/application/ports/page.js';
import { Instant } from '../../src/domain/primitives/instant.js';
import { cursorOf, keyOf } from '../../src/storage/readers/keyset.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';
import { runs } from '../support/runs.js';

describe('instants between PostgreSQL and us', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
  });
  afterAll(() => world.close());

  it('come and go to the microsecond, whatever the zone of the session is', async () => {
    await world.database.source.transaction(async (tx) => {
      const sql = sqlOver(tx);
      for (const zone of ['UTC', 'Asia/Kathmandu', 'America/St_Johns']) {
        await sql.rows(`select set_config('timezone', $1, true)`, [zone]);
        await fc.assert(
          fc.asyncProperty(
            fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2200, 0, 1) }),
            fc.nat(999),
            async (milliseconds, micros) => {
              const at = new Instant(milliseconds, micros);
              const [row] = await sql.rows<{ at: Date; text: string; after: boolean; same: boolean }>(
                `select $1::timestamptz as at, to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as text,
                   $1::timestamptz + interval '1 microsecond' > $1 as after, $1 = any($2::timestamptz[]) as same`,
                [at, [at]],
              );
              expect(row?.at.toISOString()).toBe(at.toISOString());
              expect(row?.text.replace(/000Z$/, 'Z')).toBe(at.toISOString());
              expect([row?.after, row?.same]).toEqual([true, true]);
            },
          ),
          { numRuns: runs(50) },
        );
      }
    });
  });

  it('are a matter of our own pool alone', async () => {
    const [row] = await sqlOver(world.database.source).rows<{ at: Date }>('select clock_timestamp() as at');
    expect(row?.at).toBeInstanceOf(Instant);
    expect(types.getTypeParser(types.builtins.TIMESTAMPTZ)('2026-11-23 20:00:00.123456+00')).not.toBeInstanceOf(
      Instant,
    );
    const odd = await sqlOver(world.database.source).rows<{ at: unknown }>(
      `select x::timestamptz as at from unnest('{infinity, 0044-03-15 12:00:00+00 BC}'::text[]) x`,
    );
    expect(odd.map(({ at }) => at)).toEqual([Infinity, new Date('-000043-03-15T12:00:00Z')]);
  });

  it('bound an ownership rule exactly, and one that has not begun can be ended', async () => {
    const rule = { scope: 'VENDOR' as const, match: 'Acme', owner: 'mia' };
    const from = Instant.read('2026-01-01T00:00:00.000007Z');
    const to = Instant.read('2099-01-01T00:00:00.000009Z');
    const set = must(await setOwnershipRule(world.ports, HOST, { ...rule, effectiveFrom: from, effectiveTo: to }));
    const later = Instant.read('2098-01-01T00:00:00.000001Z');
    const ahead = must(await setOwnershipRule(world.ports, HOST, { ...rule, effectiveFrom: later, effectiveTo: null }));
    must(await endOwnershipRule(world.ports, HOST, ahead.id));
    const rules = new Map((await world.ports.catalog.ownershipRules()).map((each) => [each.id, each]));
    const stored = rules.get(set.id);
    expect([stored?.effectiveFrom.toISOString(), stored?.effectiveTo?.toISOString()]).toEqual([
      '2026-01-01T00:00:00.000007Z',
      '2099-01-01T00:00:00.000009Z',
    ]);
    expect(rules.get(ahead.id)?.effectiveTo?.toISOString()).toBe('2098-01-01T00:00:00.000001Z');
  });
});

describe('a cursor', () => {
  const casts = ['timestamptz', 'uuid'];
  const key = ['2026-11-23 20:00:00.123456+05:45', '0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'];

  it('comes back as the key that it was made of', () => {
    expect(keyOf(cursorOf(key, 'a'), casts, 'a')).toEqual(key);
  });

  it.each([
    ['a date that is none', ['2026-99-99 20:00:00+00', key[1] ?? '']],
    ['no date', ['now', key[1] ?? '']],
    ['no id', [key[0] ?? '', 'x']],
    ['too few parts', [key[0] ?? '']],
  ])('is refused before it reaches PostgreSQL: %s', (_, parts) => {
    expect(() => keyOf(cursorOf(parts, 'a'), casts, 'a')).toThrow(BadCursor);
  });

  it('is refused by another list', () => {
    expect(() => keyOf(cursorOf(key, 'a'), casts, 'b')).toThrow(BadCursor);
  });

  it('is refused where it holds text that PostgreSQL cannot', () => {
    expect(() => keyOf(cursorOf(['A\u0000'], 'a'), ['text'], 'a')).toThrow(BadCursor);
    expect(() => keyOf(cursorOf(['99999999999'], 'a'), ['int'], 'a')).toThrow(BadCursor);
    expect(() => keyOf('%', ['text'], 'a')).toThrow(BadCursor);
  });
});
