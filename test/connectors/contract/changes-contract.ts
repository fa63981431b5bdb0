import { describe, expect, it } from '@jest/globals';
import { normaliseAll } from '../../../src/domain/drift/normalise.js';
import type { Connector } from '../../../src/application/ports/connector.js';
import type { ObservedRecord } from '../../../src/domain/publishing/system.js';
import { faultFrom } from '../writes.js';
import type { UnderContract } from './contract-system.js';

/** All that has changed since a cursor, and the cursor behind it. */
export async function changesOf(
  connector: Connector,
  cursor: string | null,
): Promise<{ records: ObservedRecord[]; cursor: string }> {
  if (!connector.changesSince) throw new Error('the connector tells no changes');
  const records: ObservedRecord[] = [];
  let last: string | null = null;
  for await (const page of connector.changesSince(cursor)) {
    records.push(...page.records);
    last = page.cursor;
  }
  if (last === null) throw new Error('no page came');
  return { records, cursor: last };
}

export function changesContract(under: () => UnderContract): void {
  describe('changes since a cursor', () => {
    it('are told where that is declared', () => {
      const { connector } = under();
      expect(connector.changesSince !== undefined).toBe(connector.capabilities.changeCursor);
    });

    it('hold every edit and creation, as it is now, whichever process asks', async () => {
      const { connector, system } = under();
      if (!connector.changesSince) return;
      const edited = await under().made();
      const { cursor } = await changesOf(connector, null);
      await system.hands.setPrice(edited.code ?? '', '41.00');
      const created = await under().made();
      const later = await changesOf(system.connect(), cursor);
      const ids = later.records.map(({ externalId }) => externalId);
      expect(ids).toEqual(expect.arrayContaining([edited.externalId, created.externalId]));
      const shown = later.records.findLast(({ externalId }) => externalId === edited.externalId);
      expect(normaliseAll(shown?.fields ?? {})).toMatchObject({ price: '41.00' });
      const again = await changesOf(connector, cursor);
      expect(again.records.map(({ externalId }) => externalId)).toEqual(expect.arrayContaining(ids));
    });

    it('go on behind the page that was kept', async () => {
      const { connector, system } = under();
      if (!connector.changesSince) return;
      const { cursor: start } = await changesOf(connector, null);
      const first = await under().made();
      const middle = await changesOf(connector, start);
      expect(middle.records.map(({ externalId }) => externalId)).toContain(first.externalId);
      const second = await under().made();
      await system.hands.setPrice(first.code ?? '', '42.00');
      const { records } = await changesOf(connector, middle.cursor);
      const ids = records.map(({ externalId }) => externalId);
      expect(ids).toEqual(expect.arrayContaining([first.externalId, second.externalId]));
    });

    it('refuses a cursor that is none of its own', async () => {
      const { connector } = under();
      if (!connector.changesSince) return;
      expect(await faultFrom(changesOf(connector, 'yesterday'))).toMatchObject({ class: 'VALIDATION' });
    });

    it('names who changed a record, where it declares that', async () => {
      const { connector, system } = under();
      const made = await under().made();
      const who = await system.hands.setPrice(made.code ?? '', '43.00');
      const shown = await under().read(made);
      expect(shown?.attribution?.actor ?? null).toBe(connector.capabilities.attribution ? who : null);
    });
  });
}
