import { once } from 'node:events';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { EntityManager, QueryRunner } from 'typeorm';
import { DataSource } from 'typeorm';
import { Turns } from '../application/ports/turns.js';
import type { CopyValue } from './copy-text.js';
import { copyText } from './copy-text.js';
import { exactValue } from './instants.js';

/**
 * Hand-written SQL over a TypeORM connection or transaction. Stores are given one that is bound to their
 * transaction, so that inside a unit of work nothing can be written outside it.
 */
export interface Sql {
  /** Rows of one statement; values go in as $1, $2, … and never into the text. */
  rows<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** New rows by COPY: what PostgreSQL takes most cheaply. Columns that are not named get their defaults. */
  copy(table: string, columns: readonly string[], rows: readonly (readonly CopyValue[])[]): Promise<void>;
}

/** SQL over a pool (each statement on its own) or over a transaction's manager. */
export function sqlOver(source: DataSource | EntityManager): Sql {
  return {
    async rows<T>(text: string, values: readonly unknown[] = []): Promise<T[]> {
      const answer: unknown = await source.query(text, values.map(exactValue));
      // TypeORM answers UPDATE and DELETE with [rows, count], everything else with rows.
      if (Array.isArray(answer) && answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number') {
        return answer[0] as T[];
      }
      return answer as T[];
    },
    async copy(table, columns, rows): Promise<void> {
      if (rows.length === 0) return;
      const body = await copyTexts(rows);
      const statement = `copy ${table} (${columns.join(', ')}) from stdin`;
      if (!(source instanceof DataSource)) return copyIn(runnerOf(source), statement, body);
      const runner = source.createQueryRunner();
      try {
        await copyIn(runner, statement, body);
      } finally {
        await runner.release();
      }
    },
  };
}

/** So many rows are written out in one go: some milliseconds. */
const ROWS = 500;

async function copyTexts(rows: readonly (readonly CopyValue[])[]): Promise<Buffer[]> {
  const texts: Buffer[] = [];
  const turns = new Turns();
  for (let from = 0; from < rows.length; from += ROWS) {
    texts.push(copyText(rows.slice(from, from + ROWS)));
    await turns.next();
  }
  return texts;
}

function runnerOf({ queryRunner }: EntityManager): QueryRunner {
  if (!queryRunner) throw new Error('the transaction has ended');
  return queryRunner;
}

/** TypeORM has no COPY of its own; the connection below it has, and it is the transaction's. */
async function copyIn(runner: QueryRunner, statement: string, body: readonly Buffer[]): Promise<void> {
  const client = (await runner.connect()) as PoolClient;
  const stream = client.query(copyFrom(statement));
  for (const text of body) stream.write(text);
  stream.end();
  // Finished only once the server has answered; an error of the server is thrown here.
  await once(stream, 'finish');
}

/** The first row, or null. */
export async function firstRow<T>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<T | null> {
  const rows = await sql.rows<T>(text, values);
  return rows[0] ?? null;
}
