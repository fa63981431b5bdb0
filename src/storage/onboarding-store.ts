import type { DataSource, QueryRunner } from 'typeorm';
import type {
  MatchHead,
  MatchQuery,
  MatchSummary,
  MatchWork,
  OnboardingStore,
  ScannedSystem,
} from '../application/ports/onboarding-store.js';
import { MatchReplaced } from '../application/ports/onboarding-store.js';
import type { Page, PageRequest } from '../application/ports/page.js';
import { MATCH_GRADES } from '../domain/onboarding/grade-row.js';
import type { MatchRow } from '../domain/onboarding/match-row.js';
import { foldCode } from '../domain/primitives/text.js';
import { matchInputs, scannedSystems, SqlMatchSources } from './match-sources.js';
import { Conditions, readPage } from './readers/keyset.js';
import type { Sql } from './sql.js';
import { firstRow, sqlOver } from './sql.js';

/** Any constant, as long as no other lock of ours has it: `match` in ASCII digits. */
const MATCH_LOCK = 0x6d61746368;
/** Characters of a code that rows are sorted by; our own codes have no more. */
const SORTED_BY = 64;
/** The match before the present one is kept for whoever is reading it page by page. */
const KEPT = 2;

interface HeadRow {
  id: string;
  computed_at: Date;
  /** JSON knows no dates. */
  summary: Omit<MatchSummary, 'sides'> & { sides: { code: string; records: number; scannedAt: string | null }[] };
}

/** The match in two unlogged tables: a crash takes it along, and the next question makes it again. */
export class SqlOnboardingStore implements OnboardingStore {
  private readonly sql: Sql;
  private making: Promise<MatchHead> | null = null;

  constructor(
    private readonly source: DataSource,
    private readonly newId: () => string,
  ) {
    this.sql = sqlOver(source);
  }

  systems(): Promise<ScannedSystem[]> {
    return scannedSystems(this.sql);
  }

  async present(basis: string, work: MatchWork): Promise<MatchHead> {
    // One that is under way may have begun before what its caller asks about; one that begins after this has not.
    await this.making?.catch(() => undefined);
    const present = await fresh(this.sql, basis);
    if (present) return present;
    this.making ??= this.make(basis, work).finally(() => {
      this.making = null;
    });
    return this.making;
  }

  /** In one process at a time, whichever of them is asked. */
  private async make(basis: string, work: MatchWork): Promise<MatchHead> {
    const runner = this.source.createQueryRunner();
    const sql = sqlOver(runner.manager);
    try {
      await sql.rows('select pg_advisory_lock($1)', [MATCH_LOCK]);
      try {
        return (await fresh(sql, basis)) ?? (await this.remake(runner, sql, basis, work));
      } finally {
        await sql.rows('select pg_advisory_unlock($1)', [MATCH_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }

  /** One snapshot: a scan that ends, or an import that goes on meanwhile, is not half in it. */
  private async remake(runner: QueryRunner, sql: Sql, basis: string, work: MatchWork): Promise<MatchHead> {
    await runner.startTransaction('REPEATABLE READ');
    try {
      const head = await this.store(sql, basis, work);
      await runner.commitTransaction();
      return head;
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    }
  }

  private async store(sql: Sql, basis: string, work: MatchWork): Promise<MatchHead> {
    const id = this.newId();
    const inputs = await matchInputs(sql, basis);
    await sql.rows(`insert into onboarding_match (id, inputs, summary) values ($1, $2, '{}')`, [id, inputs]);
    const sources = new SqlMatchSources(sql, await scannedSystems(sql));
    const summary = await work(sources, (rows) => keepRows(sql, id, rows));
    const [row] = await sql.rows<HeadRow>(
      `update onboarding_match set summary = $2, computed_at = clock_timestamp() where id = $1 returning *`,
      [id, JSON.stringify(summary)],
    );
    await sql.rows(
      `delete from onboarding_match where id not in (select id from onboarding_match order by computed_at desc limit ${KEPT})`,
    );
    if (!row) throw new Error('the match was not stored');
    return headOf(row);
  }

  async latest(): Promise<MatchHead | null> {
    const row = await firstRow<HeadRow>(this.sql, 'select * from onboarding_match order by computed_at desc limit 1');
    return row && headOf(row);
  }

  async rows(matchId: string, page: PageRequest, query: MatchQuery): Promise<Page<MatchRow>> {
    const { where, values } = conditionsOf(matchId, query);
    const order = [
      { column: 'rank', cast: 'int' },
      { column: 'code', cast: 'text' },
      { column: 'key', cast: 'text' },
    ];
    const keyset = { from: 'onboarding_row', where, values, columns: 'told', order };
    const rows = await readPage<{ told: MatchRow }, MatchRow>(this.sql, page, keyset, ({ told }) => told);
    // Asked after the rows were read: what is still there now was whole then.
    const kept = await firstRow(this.sql, 'select 1 from onboarding_match where id = $1', [matchId]);
    if (!kept) throw new MatchReplaced();
    return rows;
  }
}

async function fresh(sql: Sql, basis: string): Promise<MatchHead | null> {
  const row = await firstRow<HeadRow>(
    sql,
    'select * from onboarding_match where inputs = $1 order by computed_at desc limit 1',
    [await matchInputs(sql, basis)],
  );
  return row && headOf(row);
}

function headOf({ id, computed_at: computedAt, summary }: HeadRow): MatchHead {
  const sides = summary.sides.map((side) => ({
    ...side,
    scannedAt: side.scannedAt === null ? null : new Date(side.scannedAt),
  }));
  return { ...summary, id, computedAt, sides };
}

async function keepRows(sql: Sql, matchId: string, rows: readonly MatchRow[]): Promise<void> {
  const stored = rows.map((told) => ({
    rank: MATCH_GRADES.indexOf(told.grade),
    code: clipped(foldCode(told.records.find(({ code }) => code !== null && code.trim() !== '')?.code ?? '')),
    key: told.key,
    grade: told.grade,
    sides: [...new Set(told.records.map(({ side }) => side))],
    not_in: told.notIn,
    problems: [...new Set(told.problems.map(({ kind }) => kind))],
    fields: told.differences.map(({ field }) => field),
    words: told.records
      .flatMap(({ id, code, title, gtin }) => [code, title, gtin, id])
      .filter(Boolean)
      .join('\n')
      .toLowerCase(),
    told,
  }));
  await sql.rows(
    `insert into onboarding_row (match_id, rank, code, key, grade, sides, not_in, problems, fields, words, told)
     select $2, rank, code, md5(key), grade, sides, not_in, problems, fields, words, told
     from jsonb_to_recordset($1::jsonb) as n(rank int, code text, key text, grade text, sides text[], not_in text[],
       problems text[], fields text[], words text, told jsonb)`,
    [JSON.stringify(stored), matchId],
  );
}

/** Systems hold codes of any length; cursors and indexes do not. Cut between characters, never within one. */
function clipped(code: string): string {
  return code.length <= SORTED_BY ? code : Array.from(code).slice(0, SORTED_BY).join('');
}

function conditionsOf(matchId: string, query: MatchQuery): Conditions {
  const words = query.search?.toLowerCase().split(/\s+/u).filter(Boolean) ?? [];
  return new Conditions()
    .add(matchId, (place) => `match_id = ${place}`)
    .add(query.grades, (place) => `grade = any(${place}::text[])`)
    .add(query.system, (place) => `${place} = any(sides)`)
    .add(query.notIn, (place) => `${place} = any(not_in)`)
    .add(query.problems, (place) => `problems && ${place}::text[]`)
    .add(query.fields, (place) => `fields && ${place}::text[]`)
    .add(words.length > 0 ? words.map(pattern) : null, (place) => `words like all(${place}::text[])`);
}

function pattern(word: string): string {
  return `%${word.replace(/[\\%_]/gu, (sign) => `\\${sign}`)}%`;
}
