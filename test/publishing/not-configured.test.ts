import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refreshAllStock } from '../../src/application/drift/refresh-stock.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { Worker } from '../../src/jobs/worker.js';
import { buildPorts } from '../../src/porch/build-ports.js';
import type { Database } from '../../src/porch/open-database.js';
import { openDatabase } from '../../src/porch/open-database.js';
import { sandboxSystems } from '../../src/porch/sandbox-systems.js';
import { until } from '../support/world.js';
import { Failing } from './failing-kit.js';

describe('a system that was taken out of the configuration, with something owed to it', () => {
  let kit: Failing;
  let database: Database;
  let ports: Ports;
  const logged: string[] = [];
  beforeEach(async () => {
    kit = await Failing.open('MUG', 'CUP');
    const { sandbox, ownerUrl } = kit.world;
    const log: Ports['log'] = (level, message, detail) => {
      if (level === 'warn' || level === 'error') logged.push(`${message} ${JSON.stringify(detail ?? {})}`);
    };
    database = await openDatabase(ownerUrl, log, true);
    const left = sandboxSystems(sandbox).filter(({ code }) => code !== 'erp');
    ports = buildPorts(database, buildConnectors(left, log), 'USD', log);
  });
  afterEach(async () => {
    await database.close();
    await kit.world.close();
  });

  it('keeps nobody else’s work waiting, and is said to wait, once', async () => {
    await kit.price('MUG', '11.00');
    // Whatever the sweep looks after comes behind the systems to which something is owed.
    const root = { externalId: 'gid://shopify/Product/1', code: null };
    const hook = { id: ports.newId(), system: 'shopify', topic: 'products/update', root };
    await kit.world.ports.observations.storeWebhook({ ...hook, body: Buffer.from('{}'), headers: {} });
    const worker = new Worker(ports, database.boss);
    try {
      await worker.start();
      await until('the store has it', async () => (await kit.last('MUG', 'shopify')).state === 'DELIVERED');
      await until('the inbox is taken', async () => {
        return (await ports.observations.systemsWithWebhooks()).length === 0;
      });
      await kit.price('CUP', '12.00');
      await until('the store has the next one, too', async () => {
        return (await kit.last('CUP', 'shopify')).state === 'DELIVERED';
      });
      await refreshAllStock(ports);
    } finally {
      await worker.stop();
    }
    expect(logged).toEqual(['deliveries wait for a system that is not configured here {"system":"erp"}']);
    expect((await kit.last('MUG')).state).toBe('PENDING');
  });

  it('is not scanned, and whoever asks for that is told why', async () => {
    const { oli } = kit.world.people;
    const message = 'erp is not configured any more';
    expect(await startScan(ports, oli, 'erp', 'FULL')).toMatchObject({
      problems: [{ code: 'WRONG_STATE', message, field: ['system'] }],
    });
    expect((await startScan(ports, oli, 'shopify', 'FULL')).ok).toBe(true);
  });
});
