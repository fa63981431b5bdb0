import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { Sql } from '../../src/storage/sql.js';
import { sqlOver } from '../../src/storage/sql.js';
import { unseenRecords } from '../../src/storage/scans/absences.js';
import { readPaired } from '../../src/storage/scans/pairing.js';
import { weigh } from '../../src/storage/scans/scan-stage.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';

const PIECES = 30_000;
const [BEFORE, NOW, GONE] = [randomUUID(), randomUUID(), randomUUID()];

/** A record for each piece, all of them seen by a scan of before; none of them is matched yet, and there is no stranger. */
const CATALOGUE = `
  insert into system (code, kind, connector, mode, currency, link, health) values ('erp', 'ERP', 'http', 'WRITE', 'USD', 'LINKED', 'UP');
  insert into scan (id, system, mode, state, started_by) values ('${BEFORE}', 'erp', 'FULL', 'SUCCEEDED', '{}'), ('${NOW}', 'erp', 'FULL', 'RUNNING', '{}');
  insert into scan_piece (id, system, fingerprint, records, seen_in) select gen_random_uuid(), 'erp', n::text, 2, '${BEFORE}' from generate_series(1, ${PIECES}) n;
  insert into product (id, handle, revision, title, tags, option_names, attributes, created_at, updated_at)
    select gen_random_uuid(), 'style-' || n, 1, 'Style', '{}', '{}', '{}', now(), now() from generate_series(1, ${PIECES}) n;
  insert into record (id, system, entity, product_id, external_id, root_id, match, piece_id)
    select gen_random_uuid(), 'erp', 'PRODUCT', p.id, k.fingerprint, k.fingerprint, 'WAITING', null
    from scan_piece k join product p on p.handle = 'style-' || k.fingerprint;
  analyze`;

/**
 * Between two rounds of statistics a scan has seen everything, and by the statistics it has seen nothing: an index of what it
 * has seen looks like the way to a single row then, and is gone through whole for each record.
 */
describe('a scan of which the statistics know nothing yet', () => {
  let database: FreshDatabase;
  let owner: DataSource;
  beforeAll(async () => {
    database = await freshDatabase();
    owner = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
    // Nobody gathers statistics in between.
    for (const table of ['scan_piece', 'record', 'ungoverned_record'])
      await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await owner.query(CATALOGUE);
    await owner.query(
      `insert into ungoverned_record (system, entity, external_id, root_id, piece_id, observed)
       select 'erp', 'PRODUCT', fingerprint, fingerprint, id, '{}' from scan_piece`,
    );
    await owner.query(`update scan_piece set seen_in = $1`, [NOW]);
    await owner.query(
      `update record r set match = 'MATCHED', piece_id = k.id from scan_piece k where k.fingerprint = r.external_id`,
    );
    // Of some pieces all records were staged, and of one there is nothing any more.
    await owner.query(`update scan_piece set seen_in = $1 where right(fingerprint, 1) = '0'`, [BEFORE]);
    await owner.query(
      `insert into scan_stage (scan_id, entity, external_id, root_id, observed, opens)
       select $1, 'PRODUCT', fingerprint, fingerprint, '{}', true from scan_piece where right(fingerprint, 1) = '0'`,
      [NOW],
    );
    await owner.query(`update record set piece_id = $1 where external_id = '7'`, [GONE]);
  }, 60_000);
  afterAll(async () => {
    await owner.destroy();
    await database.drop();
  });

  /** What `ask` answers, and how many rows of pieces and records PostgreSQL went through for it. */
  const rowsRead = <T>(ask: (sql: Sql) => Promise<T>): Promise<{ answer: T; read: number }> =>
    owner.transaction(async (tx) => {
      const sql = sqlOver(tx);
      const counted = async (): Promise<number> => {
        const [row] = await sql.rows<{ read: number }>(
          `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_xact_user_tables
           where relname in ('scan_piece', 'record', 'scan_stage', 'ungoverned_record')`,
        );
        return row?.read ?? Number.NaN;
      };
      const before = await counted();
      const answer = await ask(sql);
      return { answer, read: (await counted()) - before };
    });

  it('is weighed by going through its pieces once', async () => {
    const { answer, read } = await rowsRead((sql) => weigh(sql, NOW));
    expect(answer).toMatchObject({ linked: PIECES, staged: PIECES / 10, unseen: 1 });
    expect(read).toBeLessThanOrEqual(5 * PIECES);
  });

  it('tells what it did not see by going through its pieces once', async () => {
    const { answer, read } = await rowsRead((sql) => unseenRecords(sql, NOW, null, 50));
    expect(answer).toMatchObject([{ externalId: '7' }]);
    expect(read).toBeLessThanOrEqual(5 * PIECES);
  });

  it('pages through what it has paired by looking up one piece and one record for each', async () => {
    const { answer, read } = await rowsRead((sql) => readPaired(sql, NOW, null, 100));
    expect(answer.records.length).toBeGreaterThan(80);
    expect(read).toBeLessThanOrEqual(400);
  });
});
