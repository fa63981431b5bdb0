import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { QueryRunner } from 'typeorm';
import { Standing00209790000000020 } from '../../migrations/0020-standing.js';
import { listSkus } from '../../src/application/catalog/list-skus.js';
import { canAnswer } from '../../src/domain/ownership/party.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { ownershipOf } from './ownership-kit.js';
import { apply, create, product } from '../bundles/bundle-kit.js';

interface Row {
  party: string;
  active: boolean;
  members: string[];
}

describe('who could answer at an instant', () => {
  let world: World;
  let owner: Client;
  let people: ReturnType<typeof ownershipOf>;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
    people = ownershipOf(world);
    await apply(world, product, create('a'), create('b'));
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  /** An instant with nothing else within milliseconds of it. */
  const moment = async (): Promise<Date> => {
    await sleep(5);
    const { rows } = await owner.query<{ at: Date }>('select clock_timestamp() as at');
    await sleep(5);
    return rows[0]?.at ?? new Date(0);
  };
  /** As a service of before would come to have it. */
  const again = async (): Promise<void> => {
    const [app] = await sqlOver(world.database.source).rows<{ role: string }>('select current_user as role');
    const migration = new Standing00209790000000020();
    const db = owner as unknown as QueryRunner;
    await migration.down(db);
    await migration.up(db);
    await owner.query(`grant select, insert on party_standing to ${app?.role}`);
  };
  const orphans = async (at: Date | null): Promise<string[]> => {
    const page = must(await listSkus(world.ports, { first: 10, after: null }, { orphaned: true }, 'CODE', at));
    return page.items.map(({ node }) => node.code).toSorted();
  };
  const answered = async (code: string, at: Date): Promise<boolean> => {
    const parties = new Map((await world.ports.ownership.partiesAt(at)).map((party) => [party.id, party]));
    const party = [...parties.values()].find((each) => each.code === code);
    return party !== undefined && canAnswer(party, parties);
  };
  const standing = async (): Promise<Row[]> =>
    (
      await owner.query<Row>(
        `select p.code as party, s.active, array(select m.code from party m where m.id = any(s.member_ids) order by 1) as members
         from party_standing s join party p on p.id = s.party_id order by p.code, s.since`,
      )
    ).rows;

  it('is kept for people and teams, so that what was an orphan then is told as one, and no other', async () => {
    await people.set('ann');
    await people.set('abe');
    await people.team('pair', ['ann']);
    await people.owns('SKU', 'a', 'ann');
    await people.owns('SKU', 'b', 'pair');
    const before = await moment();
    must(await people.set('ann', { active: false, leaveOrphaned: true }));
    const gone = await moment();
    expect(await orphans(null)).toEqual(['a', 'b']);
    must(await people.team('pair', ['ann', 'abe']));
    const team = await moment();
    must(await people.set('ann'));
    const back = await moment();
    expect(await orphans(before)).toEqual([]);
    expect(await orphans(gone)).toEqual(['a', 'b']);
    expect(await orphans(team)).toEqual(['a']);
    expect(await orphans(back)).toEqual([]);
    expect(await orphans(null)).toEqual([]);
    expect([await answered('pair', gone), await answered('pair', team)]).toEqual([false, true]);
  });

  it('is taken to have been so before the first that is known', async () => {
    expect(await answered('ann', new Date('2001-01-01T00:00:00Z'))).toBe(true);
  });

  it('leaves nobody orphaned for an instant where a successor takes over', async () => {
    must(await people.set('ann', { active: false, successor: 'abe' }));
    const rows = await sqlOver(world.database.source).rows<{ at: Date }>(
      `select since as at from party_standing s join party p on p.id = s.party_id where p.code = 'ann' order by since desc limit 1`,
    );
    const at = rows[0]?.at ?? new Date(0);
    expect(await people.ownerOf('a', at)).toBe('abe');
    expect(await orphans(at)).toEqual([]);
  });

  it('is made out of the audit log where it was not kept, joins by succession included', async () => {
    await people.set('cyd');
    await people.team('last', ['cyd']);
    await people.owns('VENDOR', 'V', 'last');
    must(await people.set('cyd', { active: false, successor: 'abe' }));
    const kept = await standing();
    expect(kept.filter(({ party }) => party === 'last').map(({ members }) => members)).toEqual([
      ['cyd'],
      ['abe', 'cyd'],
    ]);
    await again();
    expect(await standing()).toEqual(kept);
  });

  it('is the present from now on where the log does not lead to it', async () => {
    await owner.query(`update party set active = not active where code = 'abe'`);
    const then = await moment();
    await again();
    const ours = (await standing()).filter(({ party }) => party === 'abe');
    expect(ours.map(({ active }) => active)).toEqual([true, false]);
    const parties = await world.ports.ownership.partiesAt(then);
    expect(parties.find(({ code }) => code === 'abe')?.active).toBe(true);
  });
});
