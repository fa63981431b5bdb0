import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Api, keysOf } from './api.js';
import { describeOnLinux, Site, until } from './site.js';

describeOnLinux('starting and stopping', () => {
  let site: Site;
  beforeEach(async () => {
    site = await Site.open();
  }, 120_000);
  afterEach(() => site.close(), 60_000);

  it('is ready, prints five keys once, ends on SIGTERM with its PostgreSQL, and keeps its data', async () => {
    const first = await site.start();
    const keys = keysOf(first.stdout());
    expect([...keys.keys()].sort()).toEqual(['ADMIN', 'APPROVER', 'INTEGRATION', 'MERCHANDISER', 'OPERATOR']);
    expect(new Set(keys.values()).size).toBe(5);
    const api = new Api(site, first);
    await api.untilLinked();
    const before = await catalogOf(api);
    expect(
      (await site.processes()).map(({ command }) => command).filter((command) => command.includes(' -D ')),
    ).toHaveLength(1);

    first.signal('SIGTERM');
    expect(await first.ended()).toBe(0);
    // At once: the process may end only after its PostgreSQL has.
    expect(await site.processes()).toEqual([]);

    const second = await site.start();
    expect(second.stdout()).toContain('Keys were printed at the first start');
    expect(keysOf(second.stdout()).size).toBe(0);
    expect(await catalogOf(api)).toEqual(before);
    second.signal('SIGINT');
    expect(await second.ended()).toBe(0);
    expect(await site.processes()).toEqual([]);
    // Once the day's digest is due, it says that nobody gave it anywhere to go; that depends on when this is run.
    const said = `${first.stderr()}${second.stderr()}`
      .split('\n')
      .filter((line) => !line.includes('"msg":"alerts have nowhere to go: SLACK_WEBHOOK_URL is not set"'));
    expect(said.join('\n')).toBe('');
  }, 180_000);

  it('ends in good order where npm passes SIGTERM on to the shell that it starts it in', async () => {
    const shell = await site.start(await site.runScript('start'));
    shell.signal('SIGTERM');
    expect(await shell.ended()).toBe(0);
    expect(await site.processes()).toEqual([]);
  }, 180_000);

  it('starts its own PostgreSQL again when that is killed, says so, and goes on', async () => {
    const run = await site.start();
    const api = new Api(site, run);
    await api.untilLinked();
    const before = await catalogOf(api);
    const postmaster = async (): Promise<number | undefined> =>
      (await site.processes()).find(({ command, parent }) => command.includes(' -D ') && parent === run.pid)?.pid;
    const killed = await postmaster();
    process.kill(killed ?? 0, 'SIGKILL');
    const next = await until('another PostgreSQL', 30, async () => {
      const pid = await postmaster();
      return pid !== killed && pid;
    });
    expect(next).not.toBe(killed);
    await until('the service to be ready again', 30, () => site.isReady());
    expect(run.stderr()).toContain('the embedded PostgreSQL died (SIGKILL) and is started again');
    expect(await catalogOf(api)).toEqual(before);
    await api.untilDelivered(
      await api.apply([{ skuUpdate: { code: 'FH-RWO-S-MOS', fields: { price: '155.00' } } }]),
      60,
    );
    run.signal('SIGTERM');
    expect(await run.ended()).toBe(0);
    expect(await site.processes()).toEqual([]);
  }, 180_000);

  it('ends on SIGTERM in the middle of its first start, and leaves nothing running', async () => {
    const run = site.run();
    await until('PostgreSQL to run', 60, async () =>
      (await site.processes()).some(({ command }) => command.includes(' -D ') && command.includes('bin/postgres')),
    );
    run.signal('SIGTERM');
    expect(await run.ended()).toBe(0);
    expect(await site.processes()).toEqual([]);
    // Half a first start is no start: the next one is whole, and prints the keys.
    expect(keysOf((await site.start()).stdout()).size).toBe(5);
  }, 180_000);

  it('refuses a data directory that another service runs on, names its pid, and does it no harm', async () => {
    const first = await site.start();
    const lock = await readFile(`${site.dataDir}/skuward.pid`, 'utf8');
    const second = site.run();
    expect(await second.ended()).toBe(1);
    expect(second.stderr().trim().split('\n')).toHaveLength(1);
    expect(second.stderr()).toContain(`pid ${first.pid}`);
    expect(second.stdout()).toBe('');

    expect(await readFile(`${site.dataDir}/skuward.pid`, 'utf8')).toBe(lock);
    expect(await site.isReady()).toBe(true);
    const api = new Api(site, first);
    await api.untilLinked();
    await api.untilDelivered(
      await api.apply([{ skuUpdate: { code: 'FH-RWO-S-MOS', fields: { price: '155.00' } } }]),
      30,
    );
    first.signal('SIGTERM');
    expect(await first.ended()).toBe(0);
    await site.untilQuiet(5);
  }, 180_000);
});

async function catalogOf(api: Api): Promise<unknown> {
  const { skus } = await api.graphql<{ skus: unknown }>(
    'ADMIN',
    '{ skus(first: 100) { totalCount nodes { id code revision price title systems { externalId state } } } }',
  );
  return { skus, shelves: await api.shelves() };
}
