import { PgBoss } from 'pg-boss';
import { HEARD } from '../heard-client.js';

/** The schema that pg-boss keeps to itself. */
export const QUEUE_SCHEMA = 'pgboss';

/**
 * Creates or upgrades pg-boss's schema, and the queues, as the owner, so that the application's role can run with
 * `{ schema: QUEUE_SCHEMA, migrate: false, createSchema: false }`. Existing queues keep their jobs.
 *
 * Every queue has the policy `standard` and no retries: keyed policies insert into unique indexes, on which two applying
 * transactions would wait for each other, and retrying is a matter of the delivery rows alone.
 */
export async function installQueues(ownerUrl: string, queues: string[]): Promise<void> {
  const boss = new PgBoss({
    connectionString: ownerUrl,
    application_name: 'skuward migrate',
    schema: QUEUE_SCHEMA,
    supervise: false,
    schedule: false,
    max: 2,
    ...HEARD,
  });
  // pg-boss emits errors of its background work; without a listener node would end the process with a bare stack.
  let background: Error | null = null;
  boss.on('error', (error: Error) => (background ??= error));
  await boss.start();
  try {
    const known = new Set((await boss.getQueues()).map(({ name }) => name));
    for (const name of queues) {
      if (!known.has(name)) await boss.createQueue(name, { policy: 'standard', retryLimit: 0, notify: true });
    }
  } finally {
    await boss.stop({ graceful: false });
  }
  if (background) throw new Error('pg-boss failed while its schema was installed', { cause: background });
}
