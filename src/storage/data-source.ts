import { DataSource } from 'typeorm';
import { fairSocket } from './fair-socket.js';
import { HEARD } from './heard-client.js';
import { exactTypes } from './instants.js';

/** The application's connections. Named here, so that nobody outside this room needs to know TypeORM. */
export type Source = DataSource;

/** Connections at most; more would wait inside PostgreSQL rather than in our pool. */
const POOL = 16;

/** Opens the pool of the application's role. */
export async function openSource(url: string): Promise<Source> {
  const source = new DataSource({
    type: 'postgres',
    url,
    poolSize: POOL,
    applicationName: 'skuward',
    installExtensions: false,
    extra: { types: exactTypes(), stream: fairSocket, ...HEARD },
  });
  return source.initialize();
}

/** Does the database answer? */
export async function isAnswering(source: Source): Promise<boolean> {
  return source.query('select 1').then(
    () => true,
    () => false,
  );
}
