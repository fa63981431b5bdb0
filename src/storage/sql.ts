import type { DataSource, EntityManager } from 'typeorm';
import { exactValue } from './instants.js';

/**
 * Hand-written SQL over a TypeORM connection or transaction. Stores are given one that is bound to their
 * transaction, so that inside a unit of work nothing can be written outside it.
 */
export interface Sql {
  /** Rows of one statement; values go in as $1, $2, … and never into the text. */
  rows<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
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
  };
}

/** The first row, or null. */
export async function firstRow<T>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<T | null> {
  const rows = await sql.rows<T>(text, values);
  return rows[0] ?? null;
}
