import type { NestExpressApplication } from '@nestjs/platform-express';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import { graphqlBody } from '../http/graphql-body.js';
import { AppModule } from '../app.module.js';
import type { Ports } from '../application/ports/ports.js';
import type { Config } from '../config.js';
import { ConfigError, DAILY_SCAN } from '../config.js';
import { buildConnectors } from '../connectors/connector-registry.js';
import { faultsOfLifecycle, TRANSITIONS } from '../domain/catalog/lifecycle.js';
import { DELIVERY_TRANSITIONS, faultsOfDeliveryStates } from '../domain/publishing/delivery-state.js';
import { apiVersionChanged } from '../domain/alerts/occasions.js';
import { faultsOfGates } from '../domain/gates/gate-faults.js';
import { GATE_RULES } from '../domain/gates/gate-rules.js';
import { resumeImports } from '../application/imports/resume-imports.js';
import { Worker } from '../jobs/worker.js';
import type { Sandbox } from '../sandbox/start-sandbox.js';
import { sqlOver } from '../storage/sql.js';
import { SqlAlertStore } from '../storage/stores/alert-store.js';
import { SqlRateBudgets } from '../storage/stores/rate-budgets.js';
import { registerSystems } from '../storage/stores/system-store.js';
import { SlackMessenger } from '../connectors/slack/slack-messenger.js';
import { lateDigest } from '../application/alerts/late-digest.js';
import { SqlMetricsReader } from '../storage/readers/metrics-reader.js';
import { buildPorts } from './build-ports.js';
import { keepSubscriptions, scanAtStart } from './day-one.js';
import { buildLog, nestLogger } from './logger.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import type { Database, DatabaseUrls } from './open-database.js';
import { checkRole, locateDatabase, migrateDatabase, openDatabase } from './open-database.js';
import { seedCatalog } from './sample-catalog.js';
import { seedPeople } from './sample-people.js';
import { openSandbox, sandboxSystems } from './sandbox-systems.js';
import { SystemReadiness } from './system-readiness.js';

/** Bodies larger than this are refused before they are read (design 4.3). */
const GRAPHQL_BODY = '20mb';
/** A large file over a slow line takes longer than the five minutes that Node gives a request by itself. */
const REQUEST_MS = 3_600_000;
const WEBHOOK_BODY = '5mb';

export interface Service {
  url: string;
  ports: Ports;
  sandbox: Sandbox | null;
  /** The master was empty, and the sample people are new: their keys are worth printing. */
  firstStart: boolean;
  stop(): Promise<void>;
}

/**
 * Starts everything that the configuration asks for, in the order in which one part needs the other.
 * @param lost told when it cannot go on: its own database is gone for good.
 */
export async function serve(config: Config, lost: (error: Error) => void = () => {}): Promise<Service> {
  const faults = [...faultsOfLifecycle(TRANSITIONS), ...faultsOfGates(GATE_RULES)];
  if (faults.length > 0) throw new ConfigError(`the lifecycle is unsound: ${faults.join('; ')}`);
  const strays = faultsOfDeliveryStates(DELIVERY_TRANSITIONS);
  if (strays.length > 0) throw new ConfigError(`the states of deliveries are unsound: ${strays.join('; ')}`);
  const log = buildLog(config.logLevel);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse())
      await step().catch((error: unknown) => log('error', 'while stopping', { error: String(error) }));
  };
  try {
    const urls = await locateDatabase(config, log, lost);
    undo.push(() => urls.stop());
    await migrateDatabase(urls, log);
    const sandbox = config.systems === null ? await openSandbox(config, log) : null;
    if (sandbox) undo.push(() => sandbox.close());
    const database = await openDatabase(urls.appUrl, log, config.role !== 'api');
    undo.push(() => database.close());
    await checkRole(database.source, config.production, log);
    const metrics = new ServiceMetrics(log);
    const ports = await assemble(config, database, sandbox, metrics, log);
    const late = (): Promise<string | null> => lateDigest(ports);
    metrics.readFrom(new SqlMetricsReader(sqlOver(database.source), late));
    const firstStart = sandbox !== null && !(await ports.work.run((stores) => stores.parties.anyKey()));
    if (sandbox) await seedPeople(ports);
    const worker = config.role === 'api' ? null : await startWorker(config, ports, database, urls, sandbox, undo);
    const readiness = new SystemReadiness(database.source, worker, ports.alerts, late);
    // Whatever may end a start comes before anybody is told that it is ready.
    if (worker && !sandbox) await scanAtStart(ports);
    const url = await listen(config, ports, { readiness, metrics }, undo);
    if (sandbox) await seedCatalog(ports, sandbox);
    if (worker) {
      if (sandbox) await scanAtStart(ports);
      undo.push(keepSubscriptions(ports, config.port === 0 ? url : config.publicUrl));
    }
    return { url, ports, sandbox, firstStart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  config: Config,
  database: Database,
  sandbox: Sandbox | null,
  { meter }: ServiceMetrics,
  log: Ports['log'],
): Promise<Ports> {
  const systems = config.systems ?? (sandbox ? sandboxSystems(sandbox) : []);
  const masterCurrency = systems.find(({ kind }) => kind === 'SHOPIFY')?.currency ?? systems[0]?.currency ?? 'USD';
  const { slackWebhookUrl, publicUrl, digestAt, zone } = config;
  const messenger = slackWebhookUrl === null ? null : new SlackMessenger(slackWebhookUrl, publicUrl);
  const alerting = { messenger, digestAt, zone };
  const sql = sqlOver(database.source);
  const uuid = (): string => ports.newId();
  const onForeignVersion = (system: string, asked: string, answered: string): void => {
    const raised = new SqlAlertStore(sql, uuid).raise([apiVersionChanged(system, asked, answered)]);
    raised.catch((error: unknown) => log('error', 'an alert could not be raised', { system, error: String(error) }));
  };
  const connectors = buildConnectors(systems, log, { meter, budgets: new SqlRateBudgets(sql), onForeignVersion });
  const ports: Ports = buildPorts(database, connectors, masterCurrency, log, { alerting, meter });
  const known = systems.map(({ code, kind, connector, mode, currency }) => ({ code, kind, connector, mode, currency }));
  await registerSystems(sql, known, () => ports.newId());
  return ports;
}

async function startWorker(
  config: Config,
  ports: Ports,
  database: Database,
  urls: DatabaseUrls,
  sandbox: Sandbox | null,
  undo: (() => Promise<void>)[],
): Promise<Worker> {
  if (urls.embedded) {
    // The embedded database serves one process, so whatever a lease or a running job says, its holder is dead.
    await ports.queue.releaseAllLeases();
    await ports.scans.releaseScans();
    await resumeImports(ports, 0);
  }
  const systems = config.systems ?? (sandbox ? sandboxSystems(sandbox) : []);
  const schedules = systems.map(({ code, scan = DAILY_SCAN }) => ({ system: code, ...scan }));
  const worker = new Worker(ports, database.boss, schedules, config.zone);
  undo.push(() => worker.stop());
  await worker.start();
  return worker;
}

async function listen(
  config: Config,
  ports: Ports,
  seen: { readiness: SystemReadiness; metrics: ServiceMetrics },
  undo: (() => Promise<void>)[],
): Promise<string> {
  const module = AppModule.with({
    ports,
    ...seen,
    bootstrapKey: config.bootstrapKey,
    metricsToken: config.metricsToken,
    publicUrl: config.publicUrl,
    production: config.production,
  });
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    logger: nestLogger(ports.log),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  // Nothing that we answer is asked for again by its hash: no need to compute one over every answer.
  app.disable('etag');
  app.use('/graphql', ...graphqlBody(GRAPHQL_BODY));
  app.use('/webhooks', express.raw({ type: () => true, limit: WEBHOOK_BODY }));
  await app.listen(config.port, config.host).catch((error: unknown) => {
    throw listenFault(config, error);
  });
  undo.push(() => app.close());
  app.getHttpServer().requestTimeout = REQUEST_MS;
  const address: unknown = app.getHttpServer().address();
  const port =
    typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : config.port;
  return `http://${config.host}:${port}`;
}

/** A port that is taken, or an address that is not ours, is for whoever set it to mend; anything else is our fault. */
function listenFault({ host, port }: Config, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return new ConfigError(`PORT ${port} is taken: another program listens on ${host}:${port}`);
  if (code === 'EACCES') return new ConfigError(`PORT ${port} may not be used by this account`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ConfigError(`HOST ${host} is no address of this machine`);
  return error;
}
