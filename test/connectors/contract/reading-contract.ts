import { describe, expect, it } from '@jest/globals';
import { normaliseAll } from '../../../src/domain/drift/normalise.js';
import { allOf, faultFrom } from '../writes.js';
import type { UnderContract } from './contract-system.js';

export function readingContract(under: () => UnderContract): void {
  describe('reading', () => {
    it('shows every field of a record, in canonical names', async () => {
      const { system } = under();
      const made = await under().made();
      const shown = await under().read(made);
      expect(shown?.unreadable).toEqual([]);
      expect(normaliseAll(shown?.fields ?? {})).toMatchObject(normaliseAll(system.full));
      expect(shown?.externalId).toBe(made.externalId);
    });

    it('answers one reading per root, in their order, and null for a root that is gone', async () => {
      const { connector, system } = under();
      const [first, gone, last] = [await under().made(), await under().made(), await under().made()];
      await system.hands.remove(gone.code ?? '');
      const roots = [last.root, gone.root, first.root];
      const readings = await connector.readRoots(roots);
      expect(readings.map(({ root }) => root)).toEqual(roots);
      const skus = readings.map(({ records }) => records?.filter(({ entity }) => entity === 'SKU') ?? null);
      expect(skus.map((records) => records?.map(({ externalId }) => externalId) ?? null)).toEqual([
        [last.externalId],
        null,
        [first.externalId],
      ]);
    });

    it('finds a record by its code, and nothing under a code that is not there', async () => {
      const made = await under().made();
      const found = await under().lookUp(made.code ?? '');
      expect(found.map(({ externalId }) => externalId)).toEqual([made.externalId]);
      expect(await under().lookUp(under().code())).toEqual([]);
    });

    it('scans everything, each record once', async () => {
      const { connector } = under();
      const made = [await under().made(), await under().made()];
      const records = await allOf(connector.scan());
      const ids = records.map(({ entity, externalId }) => `${entity}:${externalId}`);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { externalId, code } of made) {
        expect(records).toContainEqual(expect.objectContaining({ entity: 'SKU', externalId, code }));
      }
    });

    it('shows in a scan what a strong read shows', async () => {
      const { connector } = under();
      const made = await under().made();
      const shown = await under().read(made);
      const scanned = (await allOf(connector.scan())).find(({ externalId }) => externalId === made.externalId);
      expect(normaliseAll(scanned?.fields ?? {})).toEqual(normaliseAll(shown?.fields ?? {}));
      expect(scanned?.root).toEqual(shown?.root);
    });

    it.each(['lost', 'cut', 'page', 'gateway'] as const)(
      'ends a scan with an error when its answer is %s',
      async (trouble) => {
        const { connector, system } = under();
        await under().made();
        system.proxy.storm(trouble);
        const fault = await faultFrom(allOf(connector.scan())).finally(() => system.proxy.calm());
        expect(['TRANSIENT', 'UNKNOWN']).toContain(fault.class);
      },
    );

    it('tells stock on hand, where it keeps any', async () => {
      const { connector, system } = under();
      expect(connector.readStock !== undefined).toBe(connector.capabilities.stock);
      if (!connector.readStock) return;
      const { code } = await under().made();
      await system.hands.count?.(code ?? '', '17');
      const lines = [];
      for await (const page of connector.readStock()) lines.push(...page);
      expect(lines.filter((line) => line.code === code).map(({ onHand }) => Number(onHand))).toEqual([17]);
    });
  });
}
