import { describe, expect, it } from '@jest/globals';
import { normaliseAll } from '../../../src/domain/drift/normalise.js';
import { allOf, faultFrom, faultIn, updateOf } from '../writes.js';
import type { UnderContract } from './contract-system.js';
import { commandFor } from './writing-contract.js';

const SECRET = 'wrong-secret-of-ours-4711';

export function faultsContract(under: () => UnderContract): void {
  describe('faults', () => {
    it.each(['lost', 'cut', 'page', 'down', 'gateway'] as const)('a read whose answer is %s', async (trouble) => {
      const { connector, system } = under();
      const made = await under().made();
      system.proxy.storm(trouble);
      const fault = await faultFrom(connector.readRoots([made.root])).finally(() => system.proxy.calm());
      expect(['TRANSIENT', 'UNKNOWN']).toContain(fault.class);
      expect(fault.ambiguous).toBe(false);
      expect(await under().read(made)).toMatchObject({ externalId: made.externalId });
    });

    it.each(['lost', 'cut', 'page'] as const)('a write that was taken, and whose answer is %s', async (trouble) => {
      const { connector, system } = under();
      const made = await under().made();
      system.proxy.strike('write', trouble);
      const command = commandFor(under().attempt(), made, updateOf(made, { price: '7.00' }));
      const fault = faultIn(await connector.write(command), made.code ?? '');
      expect(fault.ambiguous).toBe(true);
      expect(['TRANSIENT', 'UNKNOWN']).toContain(fault.class);
      expect(normaliseAll((await under().read(made))?.fields ?? {})).toMatchObject({ price: '7.00' });
    });

    it('a creation whose answer is lost is found by its code, and is there once', async () => {
      const { connector, system } = under();
      const code = under().code();
      const command = system.productOf(under().attempt(), [code]);
      system.proxy.strike('write', 'lost');
      expect(faultIn(await connector.write(command), code).ambiguous).toBe(true);
      const found = (
        await connector.lookUp({ ...command.product, productId: command.product.id, codes: [code] })
      ).filter(({ entity }) => entity === 'SKU');
      expect(found.map((each) => each.code)).toEqual([code]);
      expect((await allOf(connector.scan())).filter((each) => each.code === code)).toHaveLength(1);
    });

    it('a write that never arrived changes nothing', async () => {
      const { connector, system } = under();
      const made = await under().made();
      system.proxy.strike('write', 'gateway');
      const command = commandFor(under().attempt(), made, updateOf(made, { price: '7.00' }));
      expect(faultIn(await connector.write(command), made.code ?? '').class).toBe('TRANSIENT');
      expect(normaliseAll((await under().read(made))?.fields ?? {})).toEqual(normaliseAll(made.fields));
    });

    it('a wrong secret is an AUTH fault, and the secret is told nobody', async () => {
      const { system } = under();
      const made = await under().made();
      const fault = await faultFrom(system.connect({ secret: SECRET }).readRoots([made.root]));
      expect(fault).toMatchObject({ class: 'AUTH', ambiguous: false });
      expect(JSON.stringify(fault)).not.toContain(SECRET);
    });

    it('a call that is broken off by us ends at once', async () => {
      const { connector } = under();
      const made = await under().made();
      const fault = await faultFrom(connector.readRoots([made.root], AbortSignal.abort()));
      expect(fault).toMatchObject({ class: 'TRANSIENT', ambiguous: false });
    });

    it('never has more exchanges with an ERP under way than it is allowed', async () => {
      const { system } = under();
      if (under().connector.capabilities.productRecords) return;
      const made = [await under().made(), await under().made(), await under().made(), await under().made()];
      const connector = system.connect({ concurrency: 2 });
      system.proxy.mostAtOnce = 0;
      const roots = made.map(({ root }) => root);
      const many = Array.from({ length: 8 }, () => connector.readRoots(roots));
      const codes = made.map(({ code }) => code ?? '');
      const looks = Array.from({ length: 4 }, () => connector.lookUp({ productId: 'none', handle: 'none', codes }));
      await Promise.all([...many, ...looks, allOf(connector.scan())]);
      expect(system.proxy.mostAtOnce).toBeLessThanOrEqual(2);
      expect(system.proxy.mostAtOnce).toBeGreaterThan(0);
    });
  });
}
