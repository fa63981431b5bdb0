import { expect } from '@jest/globals';
import type { Client } from 'pg';
import { writeChangeSet } from '../../src/application/change/write-change-set.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { World } from '../support/world.js';
import { HOST } from '../support/world.js';

/** What no program may do, the owner of the tables can: a master that has never seen anything. */
export async function emptyMaster(owner: Client): Promise<void> {
  for (const table of ['product', 'sku']) await owner.query(`alter table ${table} disable trigger user`);
  await owner.query('truncate product, import_job cascade');
  for (const table of ['product', 'sku']) await owner.query(`alter table ${table} enable trigger user`);
}

/** Puts these changes into the master as a baseline does. */
export async function fill({ ports }: World, changes: readonly ProposedChange[]): Promise<void> {
  await ports.work.run(async (stores) => {
    const set = planChanges(await stores.catalog.world(changes, { lock: true }), changes, () => ports.newId(), {
      baseline: true,
    });
    expect(set.problems).toEqual([]);
    await writeChangeSet(stores, set, { actor: HOST.actor, reason: null, changeRequestId: null }, 'BASELINE');
  });
}
