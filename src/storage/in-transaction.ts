import type { DataSource, EntityManager } from 'typeorm';

/**
 * Worth running again as a whole: a deadlock (40P01), a serialisation failure (40001), and a uniqueness (23505, 23P01)
 * that another transaction took between our check and our commit; the second run finds it and says so properly.
 */
const AGAIN = new Set(['40P01', '40001', '23505', '23P01']);
const TRIES = 5;

/** One transaction, run again as a whole where it only lost a race; `work` must have no effect outside it. */
export async function inTransaction<T>(source: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await source.transaction(work);
    } catch (error) {
      if (attempt >= TRIES || !AGAIN.has(sqlState(error))) throw error;
    }
  }
}

/** PostgreSQL's five-character error code of a driver error; empty for anything else. */
function sqlState(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const direct = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const driver = 'driverError' in error ? sqlState(error.driverError) : '';
  return driver || direct;
}
