/**
 * A worker process of bench/deliveries.mjs: the real worker over the real stores, with a connector that answers at once. Begins
 * when it is told to, and says at the end what it took.
 */
import 'reflect-metadata';
import { once } from 'node:events';
import pg from 'pg';
import { registryOf } from '../../dist/application/ports/connector.js';
import { Worker } from '../../dist/jobs/worker.js';
import { buildPorts } from '../../dist/porch/build-ports.js';
import { openDatabase } from '../../dist/porch/open-database.js';
import { InstantSystem } from './instant-system.mjs';

const { appUrl, system, productRecords } = JSON.parse(process.argv[2]);

/** Statements that this process sends: each is a round trip. */
let statements = 0;
const query = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query').value;
pg.Client.prototype.query = function counted(...args) {
  statements += 1;
  return Reflect.apply(query, this, args);
};

const log = (level, message, detail) => {
  if (level === 'error' || level === 'warn') console.error(level, message, detail);
};
const database = await openDatabase(appUrl, log, true);
const rows = await database.source.query(
  'select r.*, coalesce(s.code, p.handle) as code from record r join product p on p.id = r.product_id left join sku s on s.id = r.sku_id where r.system = $1',
  [system],
);
const connector = new InstantSystem(rows, { productRecords });
const worker = new Worker(
  buildPorts(
    database,
    registryOf(() => connector),
    'USD',
    log,
  ),
  database.boss,
);
process.send('ready');
await once(process, 'message');
statements = 0;
const cpu = process.cpuUsage();
await worker.start();
await once(process, 'message');
const used = process.cpuUsage(cpu);
process.send({ writes: connector.writes, statements, cpuMs: (used.user + used.system) / 1000 });
await worker.stop();
await database.close();
process.disconnect();
