import { createHash } from 'node:crypto';
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
import { arrayText } from './copy-text.js';
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

/** Rows that are read at a time for a file. */
const ROWS = 1_000;

interface SortKey {
  rank: number;
  code: string;
  key: string;
}

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
        return (await fresh(sql, basis)) ?? (await this.remake(runner, basis, work));
      } finally {
        await sql.rows('select pg_advisory_unlock($1)', [MATCH_LOCK]);
      }
    } finally {
      await runner.release();
    }
  }

  /** One snapshot: a scan that ends, or an import that goes on meanwhile, is not half in it. */
  private async remake(runner: QueryRunner, basis: string, work: MatchWork): Promise<MatchHead> {
    await runner.startTransaction('REPEATABLE READ');
    try {
      const head = await this.store(sqlOver(runner.manager), basis, work);
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
    await this.checkKept(matchId);
    return rows;
  }

  async *allRows(matchId: string): AsyncGenerator<MatchRow[]> {
    for (let after: SortKey | null = null; ;) {
      const rows: (SortKey & { told: MatchRow })[] = await this.sql.rows(
        `select rank, code, key, told from onboarding_row where match_id = $1
           and ($2::int is null or (rank, code, key) > ($2, $3, $4)) order by rank, code, key limit ${ROWS}`,
        [matchId, after?.rank ?? null, after?.code ?? null, after?.key ?? null],
      );
      await this.checkKept(matchId);
      const last = rows.at(-1);
      if (!last) return;
      after = last;
      yield rows.map(({ told }) => told);
    }
  }

  /** Asked after rows were read: what is still there now was whole then. */
  private async checkKept(matchId: string): Promise<void> {
    const kept = await firstRow(this.sql, 'select 1 from onboarding_match where id = $1', [matchId]);
    if (!kept) throw new MatchReplaced();
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

const ROW_COLUMNS = [
  'match_id',
  'rank',
  'code',
  'key',
  'grade',
  'sides',
  'not_in',
  'problems',
  'fields',
  'words',
  'told',
] as const;

async function keepRows(sql: Sql, matchId: string, rows: readonly MatchRow[]): Promise<void> {
  const stored = rows.map((told) => {
    const words = told.records
      .flatMap(({ id, code, title, fields: { gtin } }) => [code, title, gtin, id])
      .filter(isText);
    return [
      matchId,
      MATCH_GRADES.indexOf(told.grade),
      clipped(foldCode(told.records.find(({ code }) => code !== null && code.trim() !== '')?.code ?? '')),
      createHash('sha256').update(told.key).digest('base64url'),
      told.grade,
      arrayText([...new Set(told.records.map(({ side }) => side))]),
      arrayText(told.notIn),
      arrayText([...new Set(told.problems.map(({ kind }) => kind))]),
      arrayText(told.differences.map(({ field }) => field)),
      words.join('\n').toLowerCase(),
      JSON.stringify(told),
    ];
  });
  await sql.copy('onboarding_row', ROW_COLUMNS, stored);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
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
