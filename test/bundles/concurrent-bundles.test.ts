import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import type { World } from '../support/world.js';
import { buildWorld, must } from '../support/world.js';
import { apply, createApart, move, propose, set } from './bundle-kit.js';

const CODES = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];

/** Bundles that share nothing with each other, so that no lock on a common component orders who sets them. */
const RING = [5, 2, 4, 0, 3, 1].map((index) => `r${index}`);

describe('requests that meet in the graph of bundles', () => {
  let world: World;
  let owner: Client;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = new Client({ connectionString: world.ownerUrl });
    await owner.connect();
    await apply(
      world,
      ...['a', 'b', 'x', 'y'].flatMap((code) => createApart(code)),
      ...CODES.flatMap((code) => createApart(code, '1 a, 1 b')),
      ...RING.flatMap((code) => [...createApart(`of-${code}`), ...createApart(code, `2 of-${code}`)]),
    );
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
  });

  const approveAll = async (requests: ChangeDraft[][]): Promise<(string | undefined)[]> => {
    const ids: string[] = [];
    for (const changes of requests) ids.push(must(await propose(world, ...changes)).id);
    await Promise.all(ids.map((id) => approveChangeRequest(world.ports, world.people.ada, id, null).then(must)));
    return Promise.all(ids.map(async (id) => (await world.ports.changes.requestById(id))?.state));
  };
  const count = async (text: string): Promise<number> => Number((await owner.query<{ n: string }>(text)).rows[0]?.n);

  it.each([
    ['though each of them alone would not', CODES, '1', ', 1 a'],
    ['nor a deadlock, where nothing but the circle is common to them', RING, '2', ''],
  ])('never make a circle together, %s', async (_, codes, quantity, beside) => {
    // k0 holds k1 holds … holds k5 holds k0: whichever comes last would close it.
    const next = (index: number): string => `${quantity} ${codes[(index + 1) % codes.length]}${beside}`;
    const states = await approveAll(codes.map((code, index) => [set(code, next(index))]));
    expect(states.filter((state) => state === 'CONFLICTED').length).toBeGreaterThan(0);
    expect(states.filter((state) => state === 'APPLIED').length).toBeGreaterThan(1);
    const circles = await count(
      `with recursive inside(root, id, depth) as (
         select bundle_id, component_id, 1 from bundle_component where state = 'CURRENT'
         union all select i.root, c.component_id, i.depth + 1 from inside i
           join bundle_component c on c.bundle_id = i.id and c.state = 'CURRENT' where i.depth < 10)
       select count(*) as n from inside where root = id or depth > 5`,
    );
    expect(circles).toBe(0);
  });

  it('never retire a component that another request just put into a bundle on its way to market', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [part, kit] = [`part${round}`, `kit${round}`];
      await apply(world, ...createApart(part), ...createApart(kit, '1 x, 1 y'));
      await apply(
        world,
        move(part, 'PRELAUNCH'),
        ...(round === 0 ? [move('x', 'PRELAUNCH'), move('y', 'PRELAUNCH')] : []),
      );
      if (round % 2 === 0) await apply(world, move(kit, 'PRELAUNCH'));
      const grow =
        round % 2 === 0 ? [set(kit, `1 x, 1 ${part}`)] : [set(kit, `1 x, 1 ${part}`), move(kit, 'PRELAUNCH')];
      const states = await approveAll([grow, [move(part, 'RETIRED')]]);
      expect(new Set(states)).toEqual(new Set(['APPLIED', 'CONFLICTED']));
    }
    const broken = await count(
      `select count(*) as n from bundle_component c join sku b on b.id = c.bundle_id join sku s on s.id = c.component_id
       where c.state = 'CURRENT' and s.state = 'RETIRED' and b.state in ('PRELAUNCH', 'ACTIVE', 'ON_HOLD')`,
    );
    expect(broken).toBe(0);
  });

  it('see a component that was added further out while they waited for it', async () => {
    // outer holds inner; inner gains z; outer goes to market; z ends: all at once, in every order.
    for (let round = 0; round < 4; round += 1) {
      const [z, inner, outer] = [`z${round}`, `inner${round}`, `outer${round}`];
      await apply(
        world,
        ...createApart(z),
        ...createApart(inner, '1 x, 1 y'),
        ...createApart(outer, `1 ${inner}, 1 x`),
      );
      await apply(world, move(z, 'PRELAUNCH'), move(inner, 'PRELAUNCH'));
      const work = [[set(inner, `1 x, 1 ${z}`)], [move(outer, 'PRELAUNCH')], [move(z, 'RETIRED')]];
      await approveAll(work.slice(round % 3).concat(work.slice(0, round % 3)));
    }
    const broken = await count(
      `with recursive inside(root, id) as (
         select bundle_id, component_id from bundle_component where state = 'CURRENT'
         union select i.root, c.component_id from inside i join bundle_component c on c.bundle_id = i.id and c.state = 'CURRENT')
       select count(*) as n from inside i join sku b on b.id = i.root join sku s on s.id = i.id
       where s.state = 'RETIRED' and b.state in ('PRELAUNCH', 'ACTIVE', 'ON_HOLD')`,
    );
    expect(broken).toBe(0);
  });
});
