import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SqlOperationsReader } from '../../src/storage/readers/operations-reader.js';
import type { FindingQuery } from '../../src/application/ports/operations-reader.js';
import type { Sql } from '../../src/storage/sql.js';
import { sqlOver } from '../../src/storage/sql.js';
import { Client } from 'pg';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';

const FINDINGS = 100_000;
const PAGE = { first: 50, after: null };

/** One value of each, some of which take most findings and some very few. */
const FILTERS: Required<{ [Key in keyof FindingQuery]: NonNullable<FindingQuery[Key]> }> = {
  system: 'shopify',
  states: ['OPEN', 'ACKNOWLEDGED'],
  kinds: ['FIELD'],
  severities: ['MEDIUM', 'HIGH'],
  field: 'price',
  target: 'F-777',
  owner: 'ada',
  app: 'Repricer',
  seenAfter: new Date(Date.now() - 40 * 86_400_000),
  overdue: true,
};
const NAMES = Object.keys(FILTERS) as (keyof FindingQuery)[];

describe('every filter of findings is served by indexes', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    const owner = new Client(world.ownerUrl);
    await owner.connect();
    try {
      await owner.query(
        // As long as a finding is in real life: with who wrote it there, who resolved it, and a note.
        `insert into finding (id, system, kind, identity, target, field, severity, state, resolution, resolved_at, resolved_by, source,
           attribution, owner_id, first_seen_at, opened_at, last_seen_at, due_at, expected, found, last_published, note)
         select gen_random_uuid(), case when n % 3 = 0 then 'erp' else 'shopify' end, case when n % 20 = 0 then 'MISSING' else 'FIELD' end,
           gen_random_uuid() || '|FIELD|' || n, 'F-' || (n % 5000), (array['price', 'title', 'gtin', 'weight'])[1 + n % 4],
           (array['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + n % 4], case when n % 10 < 7 then 'RESOLVED' else 'OPEN' end,
           case when n % 10 < 7 then 'REVERTED' end, case when n % 10 < 7 then now() end,
           case when n % 10 < 7 then jsonb_build_object('kind', 'API_KEY', 'id', gen_random_uuid(), 'name', 'oli', 'partyId', gen_random_uuid()) end,
           'FULL_SCAN', jsonb_build_object('actor', 'someone-' || n, 'at', now(), 'confidence', 'LIKELY',
             'app', case when n % 900 = 0 then 'Repricer' when n % 9 = 0 then 'Other' end),
           case when n % 50 = 0 then (select id from party where code_folded = 'ada') end,
           now() - make_interval(mins => n), now() - make_interval(mins => n), now() - make_interval(mins => n),
           case when n % 10 >= 7 then now() - make_interval(mins => n - 1000) end, to_jsonb('a title as it is ' || repeat('a', 60)),
           to_jsonb('a title as it was found ' || repeat('b', 60)), to_jsonb('a title as it was published ' || repeat('c', 60)),
           'what somebody said of it, in a sentence or two: ' || repeat('d', 120)
         from generate_series(1, $1::int) n`,
        [FINDINGS],
      );
      // An index tells all by itself only of pages that everybody sees alike: whoever still looks at an older state ends that.
      for (let round = 0; round < 20; round += 1) {
        await owner.query('vacuum analyze finding');
        const { rows } = await owner.query<{ seen: boolean }>(
          `select relallvisible >= relpages - 1 as seen from pg_class where relname = 'finding'`,
        );
        if (rows[0]?.seen) break;
        await owner.query('select pg_sleep(0.5)');
      }
    } finally {
      await owner.end();
    }
  }, 120_000);
  afterAll(() => world.close());

  /** Plans of all that a page asks, its exact count among it. */
  async function plansOf(query: FindingQuery): Promise<string[]> {
    const plans: string[] = [];
    const real = sqlOver(world.database.source);
    const explaining: Sql = {
      ...real,
      rows: async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> => {
        const lines = await real.rows<{ 'QUERY PLAN': string }>(`explain ${text}`, [...values]);
        plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
        return [];
      },
    };
    const page = await new SqlOperationsReader(explaining).findings(PAGE, query);
    await page.totalCount();
    return plans;
  }

  it('none of the 1,024 combinations reads the table from end to end', async () => {
    const scanned: string[] = [];
    for (let mask = 0; mask < 2 ** NAMES.length; mask += 1) {
      const names = NAMES.filter((_, at) => (mask & (1 << at)) !== 0);
      const query = Object.fromEntries(names.map((name) => [name, FILTERS[name]])) as FindingQuery;
      const plans = await plansOf(query);
      for (const plan of plans) if (/Seq Scan on finding/.test(plan)) scanned.push(`${names.join('+')}\n${plan}`);
    }
    expect(scanned.slice(0, 3)).toEqual([]);
  }, 120_000);

  it('also of what is not overdue, and of a page in the midst', async () => {
    for (const query of [{ overdue: false }, { overdue: false, system: 'erp' }, { states: ['RESOLVED' as const] }]) {
      for (const plan of await plansOf(query)) expect(plan).not.toMatch(/Seq Scan on finding/);
    }
  });
});
