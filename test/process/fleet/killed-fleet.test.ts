import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSource } from '../../../src/storage/data-source.js';
import { SqlPublishingQueue } from '../../../src/storage/publishing-queue.js';
import { Dice } from '../../world/dice.js';
import { describeOnLinux, Site, until } from '../site.js';
import { catalogue, patiently } from './catalogue.js';
import { Desk } from './desk.js';
import { readFacts, watchSteps } from './facts.js';
import { Fleet } from './fleet.js';
import { readHistory } from './history.js';
import { judge } from './judge.js';
import { Killer } from './killer.js';
import { OwnDatabase } from './own-database.js';
import { Staff } from './staff.js';

/** How many kills; without it the test is skipped: it has a stage of its own, in .ci/run and in .ci/nightly. */
const KILLS = Number(process.env['SKUWARD_FLEET_KILLS'] ?? '0');
/** A run again: the same throws, though not the same moments. */
const SEED = Number(process.env['SKUWARD_FLEET_SEED'] ?? Math.floor(Math.random() * 1e9));
/** With this many kills or more it takes the time that it takes, and nobody lets go of a dead worker's lanes by hand. */
const AT_LENGTH = 100;

const WORKERS = 3;
/** Each is changed two or three times where it has to be quick. */
const SKUS = KILLS >= AT_LENGTH ? 2_000 : 600;
const LEAST_DELIVERIES = 2_000;
/** So many open deliveries are enough to be killed at; more come when these are done. */
const BACKLOG = 600;
/** Acts of staff come this often, and over the whole run so many edits: a scan that finds a fifth of all changed is held. */
const ACT_MS = 150;
const EDITS = SKUS / 5;
const SETTLE_SECONDS = 420;
const MINUTE_MS = 60_000;
const SET_UP_MS = 8 * MINUTE_MS;

const describeFleet = KILLS > 0 ? describeOnLinux : describe.skip;

describeFleet('three workers and a database that are killed while they deliver', () => {
  let site: Site;
  let database: OwnDatabase;
  let fleet: Fleet;
  let desk: Desk;
  const dice = new Dice(SEED);

  beforeAll(async () => {
    site = await Site.open();
    database = await OwnDatabase.start(join(site.dataDir, 'database'), site.port + 30);
    fleet = await Fleet.start(site, database, WORKERS);
    desk = await Desk.open(site, new Dice(SEED + 1), SKUS);
    await watchSteps(database);
  }, SET_UP_MS);

  afterAll(async () => {
    await fleet?.close();
    await database?.stop();
    await site?.close();
  }, MINUTE_MS);

  /**
   * What a database that is one process's own does at its start: whatever a lease says, its holder is dead. Nobody waits out
   * the half hour after which a scan counts as given up.
   */
  async function letGo(): Promise<void> {
    await database.rows(`update scan set touched_at = touched_at - interval '1 day' where state = 'RUNNING'`);
    if (KILLS >= AT_LENGTH) return;
    const source = await openSource(database.urls.appUrl);
    const nobody = (): never => {
      throw new Error('nobody is woken');
    };
    try {
      await new SqlPublishingQueue(source, nobody, nobody).releaseAllLeases();
    } finally {
      await source.destroy();
    }
  }

  async function open(): Promise<number> {
    const [row] = await database.rows<{ open: number }>(
      `select count(*)::int as open from delivery d where d.state in ('PENDING', 'IN_FLIGHT', 'RETRYING') and not exists (
         select from record r where r.system = d.system and r.entity = d.entity and r.product_id = d.product_id
           and r.sku_id is not distinct from d.sku_id and r.match = 'MISSING')`,
    );
    return row?.open ?? 0;
  }

  const settled = (): Promise<unknown> =>
    until('all deliveries to end', SETTLE_SECONDS, async () => (await open().catch(() => 1)) === 0);

  /** Both systems beside each other: neither waits for the other's bulk operation. */
  async function scanned(): Promise<void> {
    await Promise.all(['shopify', 'erp'].map(scannedWhole));
  }

  async function scannedWhole(system: string): Promise<void> {
    const id = await patiently(`a scan of ${system}`, 2 * SETTLE_SECONDS, async () => {
      const { driftScanStart: started } = await desk.api.graphql<{
        driftScanStart: { scan: { id: string } | null; userErrors: { message: string }[] };
      }>(
        'ADMIN',
        'mutation ($system: String!) { driftScanStart(system: $system, mode: FULL) { scan { id } userErrors { message } } }',
        { system },
      );
      if (!started.scan) throw new Error(JSON.stringify(started.userErrors));
      return started.scan.id;
    });
    const state = await until(`the scan of ${system}`, SETTLE_SECONDS, async () => {
      const { driftScans } = await desk.api.graphql<{ driftScans: { nodes: { id: string; state: string }[] } }>(
        'ADMIN',
        '{ driftScans(first: 20) { nodes { id state } } }',
      );
      const state = driftScans.nodes.find((scan) => scan.id === id)?.state;
      return state === 'RUNNING' ? null : state;
    });
    expect(state).toBe('SUCCEEDED');
  }

  it(
    `loses nothing in ${KILLS} kills, and doubles nothing (seed ${SEED})`,
    async () => {
      const { codes, handles } = catalogue(SKUS);
      const killer = new Killer(fleet, database, dice, letGo);
      const staff = new Staff(desk.api, new Dice(SEED + 2), codes, handles);
      const play = { over: false, failed: false };
      const people = (async () => {
        for (; !play.over; await sleep(ACT_MS))
          if (staff.edits.length <= (EDITS * (killer.kills + 1)) / KILLS) await staff.act();
      })();
      let deliveries = 0;
      const master = (async () => {
        while (!play.failed && (!play.over || deliveries < LEAST_DELIVERIES)) {
          await desk.wave(dice.pick([120, 200, 300]));
          await desk.launch();
          deliveries = desk.applied.reduce((sum, { owes }) => sum + owes.length, 0);
          const room = async (): Promise<boolean> => play.failed || (await open().catch(() => BACKLOG)) < BACKLOG;
          await until('room for more', SETTLE_SECONDS, room);
        }
      })();
      const killing = (async () => {
        while (!play.failed && killer.kills < KILLS) await killer.strike();
      })();
      const all = [people, master, killing.finally(() => (play.over = true))];
      // Whatever fails, the others end as well: nobody may go on in a fleet that is gone.
      for (const each of all) each.catch(() => (play.over = play.failed = true));
      await Promise.allSettled(all);
      await Promise.all(all);
      const killedAt = performance.now();
      // The last ones, all at once. From here on nothing goes wrong any more.
      killer.workers += await fleet.killAllWorkers(letGo);
      for (const port of [site.port + 10, site.port + 20])
        await fetch(`http://127.0.0.1:${port}/control/faults`, { method: 'DELETE' });
      await fleet.untilReady(1 + WORKERS);
      await settled();
      // The first look may find what lags, which is delivered; the second sees that.
      for (let round = 0; round < 2; round += 1) {
        await scanned();
        await settled();
      }
      const history = await readHistory(join(site.dataDir, 'stand-ins'));
      const { edits, faults } = staff;
      const facts = await readFacts(database);
      const verdict = judge({ facts, history, edits, applied: desk.applied });
      const told = {
        seed: SEED,
        killed: `${killer.workers} workers, ${killer.databases} databases, at ${killer.lanes} held lanes`,
        deliveries: facts.deliveries.length,
        requests: desk.applied.length,
        edits: `${edits.length}, ${verdict.overwritten} written over with a finding, ${verdict.lostInWindow} lost in the window`,
        faults,
        findings: facts.findings.length,
        deadLetters: facts.deliveries.filter(({ state }) => state === 'DEAD_LETTERED').length,
        startedInVain: fleet.startedInVain,
        settledInSeconds: Math.round((performance.now() - killedAt) / 1_000),
      };
      process.stdout.write(`${JSON.stringify(told, null, 1)}\n`);
      expect(verdict.broken).toEqual([]);
      expect(fleet.endedAlone).toEqual([]);
      expect(killer.kills).toBeGreaterThanOrEqual(KILLS);
      expect(facts.deliveries.length).toBeGreaterThanOrEqual(LEAST_DELIVERIES);
      const { auditVerify } = await desk.api.graphql<{ auditVerify: { brokenAt: string | null } }>(
        'ADMIN',
        '{ auditVerify { brokenAt } }',
      );
      expect(auditVerify.brokenAt).toBeNull();
    },
    KILLS * 30_000 + 15 * MINUTE_MS,
  );
});
