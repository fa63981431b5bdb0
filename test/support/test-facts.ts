/**
 * Queues of the tests of the database plumbing. The template database holds the application's own queues besides.
 */
export const PROBE_QUEUES: string[] = ['probe', 'probe-schedule'];

export type TestFact = 'ADMIN_URL' | 'OWNER_URL' | 'APP_URL' | 'TEMPLATE';

/** The name under which postgres-up.ts leaves a fact in the environment, which Jest's workers inherit. */
export function variableOf(fact: TestFact): string {
  return `SKUWARD_TEST_${fact}`;
}

/** A connection fact of this run. Throws when a test runs outside the `real` project, where there is no database. */
export function testFact(fact: TestFact): string {
  const value = process.env[variableOf(fact)];
  if (!value) throw new Error('no test database: this test belongs to the project "real" of jest.config.mjs');
  return value;
}
