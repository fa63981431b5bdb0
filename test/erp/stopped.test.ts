import { execFile } from 'node:child_process';
import { mkdtempSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildConnectors } from '../../src/connectors/connector-registry.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import { authorOf } from '../../src/domain/publishing/system.js';
import type { Connector } from '../../src/application/ports/connector.js';
import { changesOf } from '../connectors/contract/changes-contract.js';
import { commandFor } from '../connectors/contract/writing-contract.js';
import { allOf, createOf, FRESH, observedOf, updateOf } from '../connectors/writes.js';
import { PAGE, SteppedWorld } from './stepped-world.js';
import type { TrytonCopy } from './tryton-kit.js';
import { copyOfTryton, ITEM, runningTryton } from './tryton-kit.js';

const run = promisify(execFile);
const COUNT = 60;

/** A Tryton of its own, because it is killed, and because its clock is turned. */
describe('a Tryton that is stopped in the middle of a batch, and comes back with its clock 5 minutes behind', () => {
  const state = mkdtempSync(join(tmpdir(), 'skuward-tryton-'));
  let copy: TrytonCopy;
  let connector: Connector;

  const script = (name: string, env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<unknown> =>
    run('bash', [`scripts/${name}`, ...args], {
      env: { ...process.env, TRYTON_STATE: state, TRYTON_CACHE: runningTryton().state, ...env },
    });

  beforeAll(async () => {
    chmodSync(state, 0o755);
    await script('tryton-up');
    copy = await copyOfTryton(runningTryton(state));
    connector = buildConnectors([copy.config], () => {}).of('erp');
  }, 300_000);
  afterAll(async () => {
    await copy.proxy.close();
    await script('tryton-down', {}, '--delete');
  }, 60_000);

  const codes = Array.from({ length: COUNT }, (_, at) => `S${String(at).padStart(3, '0')}`);
  const batch = {
    ...FRESH,
    attemptId: 'a1',
    product: { id: 'p', handle: 'h', root: null },
    writes: codes.map((code) => createOf('SKU', code, { ...ITEM, unitOfMeasure: null })),
  };

  it('starts no second one beside it, and says so, where somebody names another port', async () => {
    const elsewhere = script('tryton-up', { TRYTON_PORT: '1' });
    await expect(elsewhere).rejects.toThrow(/runs on another port/);
  }, 60_000);

  it('takes all of a batch or nothing, and takes it once', async () => {
    const sent = connector.write(batch);
    // What the batch needs of the customs' tariff is made before it.
    await copy.proxy.whenSent(({ body }) => body.includes('product.template.create'));
    await script('tryton-down', { TRYTON_KILL: '1' });
    const broken = await sent;
    for (const outcome of broken) {
      expect(outcome.written).toBe(false);
      if (!outcome.written) expect(outcome.fault).toMatchObject({ class: 'TRANSIENT', ambiguous: true });
    }
    await script('tryton-up', { TRYTON_CLOCK: '-5m' });
    const there = await connector.lookUp({ productId: 'p', handle: 'h', codes });
    expect([0, COUNT]).toContain(there.length);
    if (there.length === 0) await connector.write(batch);
    const all = await allOf(connector.scan());
    expect(all.map(({ code }) => code ?? '').sort()).toEqual(codes);
  }, 300_000);

  it('tells every change that was made since, whatever its clock says', async () => {
    // What has been seen is later than all that was made in one transaction.
    await copy.mara.setPrice('S001', '2.00');
    const { cursor } = await changesOf(connector, null);
    // It comes back with its clock turned back another five minutes: what is edited now is older than what was seen.
    await script('tryton-down');
    await script('tryton-up', { TRYTON_CLOCK: '-10m' });
    await copy.mara.setPrice('S007', '77.00');
    const { records } = await changesOf(connector, cursor);
    const edited = records.find(({ code }) => code === 'S007');
    expect(normaliseAll(edited?.fields ?? {})).toMatchObject({ price: '77.00' });
    const author = edited && authorOf(edited, 'price');
    expect(author?.actor).toBe('mara');
    expect(Date.parse(author?.at ?? '')).toBeLessThan(Date.now() - 8 * 60_000);
  }, 300_000);

  it('still sees that somebody was faster', async () => {
    const [before] = await connector.lookUp({ productId: 'p', handle: 'h', codes: ['S008'] });
    if (!before) throw new Error('S008 is not there');
    await copy.mara.setPrice('S008', '88.00');
    const [outcome] = await connector.write(commandFor('a2', before, updateOf(before, { price: '1.00' })));
    expect(outcome).toMatchObject({ written: false, fault: { class: 'CONFLICT', ambiguous: false } });
    const [now] = await connector.lookUp({ productId: 'p', handle: 'h', codes: ['S008'] });
    if (!now) throw new Error('S008 is gone');
    const again = await connector.write(commandFor('a3', now, updateOf(now, { price: '1.00' })));
    expect(normaliseAll(observedOf(again, 'S008').fields)).toMatchObject({ price: '1.00' });
  }, 120_000);

  it('gets all that was on its way to it, each once, from a publisher that went on without it', async () => {
    const lost = Array.from({ length: 40 }, (_, at) => `L${String(at).padStart(3, '0')}`);
    const stepped = await SteppedWorld.begin(copy.config, lost);
    const { ports } = stepped.world;
    try {
      const going = stepped.publish();
      await copy.proxy.whenSent(({ body }) => body.includes('product.template.create'));
      await script('tryton-down', { TRYTON_KILL: '1' });
      await going;
      const states = async (): Promise<string[]> => {
        const { items } = await ports.operations.deliveries(PAGE, { system: 'erp' });
        return [...new Set(items.map(({ node }) => node.state))].sort();
      };
      expect(await states()).not.toContain('DEAD_LETTERED');
      expect(await states()).not.toEqual(['DELIVERED']);
      await script('tryton-up', { TRYTON_CLOCK: '-15m' });
      for (let round = 0; round < 3; round += 1) {
        await stepped.probe();
        await stepped.drain(1);
      }
      expect(await states()).toEqual(['DELIVERED']);
      const there = await copy.mara.rows<{ code: string }>('product.product', [['code', 'like', 'L%']], ['code']);
      expect(there.map(({ code }) => code).sort()).toEqual(lost);
      expect(await stepped.scan('erp')).toBe('SUCCEEDED');
      const { items } = await ports.operations.findings(PAGE, { system: 'erp', states: ['OPEN'] });
      expect(items.filter(({ node }) => lost.includes(node.target))).toEqual([]);
    } finally {
      await stepped.world.close();
    }
  }, 300_000);
});
