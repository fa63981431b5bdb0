import type { Config } from '../../config.js';
import { ConfigError } from '../../config.js';
import { buildConnectors } from '../../connectors/connector-registry.js';
import { buildPorts } from '../build-ports.js';
import { buildLog } from '../logger.js';
import { borrowDatabase, openDatabase } from '../open-database.js';
import { keysForPeople } from '../sample-people.js';
import { DemoClient } from './demo-client.js';
import { ServiceHandle } from './service-handle.js';
import type { Cast, Say } from './story.js';
import { tellStory } from './story.js';

const KEY_HOURS = 1;
/** The exit code of a program that Ctrl-C ended: 128 and SIGINT's number. */
const INTERRUPTED = 130;

/**
 * Tells the whole loop on the sandbox, with real calls to the running API: beside `npm start` where it runs, else on a
 * service that it starts itself. Survives a `kill -9` of that service at any moment. Answers the exit code.
 */
export async function demo(config: Config): Promise<number> {
  if (config.production || config.databaseUrl !== null || config.systems !== null) {
    throw new ConfigError(
      'the demo plays on the embedded database and the sandbox; DATABASE_URL or SYSTEMS_FILE is set',
    );
  }
  if (config.port === 0) throw new ConfigError('the demo needs to know PORT');
  const say = (line = ''): void => void process.stdout.write(`${line}\n`);
  const service = new ServiceHandle(`http://${config.host}:${config.port}`, say);
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(INTERRUPTED));
  });
  try {
    return await Promise.race([tell(config, service, say), interrupted]);
  } finally {
    // A story that was interrupted finds its service closed, and ends by itself.
    await service.close();
  }
}

async function tell(config: Config, service: ServiceHandle, say: Say): Promise<number> {
  const began = performance.now();
  const how = await service.open();
  say(
    how === 'FOUND'
      ? `Skuward runs at ${service.url} already; the demo uses it.`
      : `Skuward started at ${service.url}.`,
  );
  const cast = await castOf(config);
  const sandbox = { shopify: `http://127.0.0.1:${config.port + 10}`, erp: `http://127.0.0.1:${config.port + 20}` };
  await tellStory(new DemoClient(service, sandbox), cast, say, service.url);
  say(`\nThe loop is closed: ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  return 0;
}

/** Keys for the sample people, good for an hour, made on the machine of the database as `skuward key` does. */
async function castOf(config: Config): Promise<Cast> {
  const log = buildLog('warn');
  const urls = await borrowDatabase(config, log);
  const database = await openDatabase(urls.appUrl, log, false);
  try {
    const ports = buildPorts(database, buildConnectors([], log), 'USD', log);
    const expiresAt = new Date(ports.clock.now().getTime() + KEY_HOURS * 3_600_000);
    const keys = new Map((await keysForPeople(ports, expiresAt)).map(({ person, secret }) => [person.role, secret]));
    const of = (role: Parameters<typeof keys.get>[0]): string => keys.get(role) ?? '';
    return { mia: of('MERCHANDISER'), ada: of('APPROVER'), oli: of('OPERATOR'), alex: of('ADMIN') };
  } finally {
    await database.close();
    await urls.stop();
  }
}
