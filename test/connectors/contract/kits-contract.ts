import { describe, expect, it } from '@jest/globals';
import { normaliseComponents } from '../../../src/domain/publishing/component-line.js';
import { foldCode } from '../../../src/domain/primitives/text.js';
import type { Json } from '../../../src/domain/primitives/json.js';
import type { RecordWrite } from '../../../src/application/ports/connector.js';
import type { ObservedRecord } from '../../../src/domain/publishing/system.js';
import { observedOf, updateOf } from '../writes.js';
import type { UnderContract } from './contract-system.js';
import { commandFor } from './writing-contract.js';

type Line = { code: string; quantity: number };

/** A write of what a bundle is made of, beside the system's ids of it. */
function composed(write: RecordWrite, lines: readonly Line[], parts: readonly ObservedRecord[]): RecordWrite {
  const componentIds = new Map(parts.map(({ code, externalId }) => [foldCode(code ?? ''), externalId]));
  return {
    ...write,
    values: { ...write.values, 'bundle.components': lines.map((line) => ({ ...line })) },
    componentIds,
  };
}

export function kitsContract(under: () => UnderContract): void {
  const partsOf = async (): Promise<[ObservedRecord, ObservedRecord]> => [await under().made(), await under().made()];
  const linesOf = (parts: readonly ObservedRecord[], ...quantities: number[]): Line[] =>
    parts.slice(0, quantities.length).map(({ code }, at) => ({ code: code ?? '', quantity: quantities[at] ?? 1 }));
  const shownIn = (record: ObservedRecord | null): Json =>
    normaliseComponents(record?.fields['bundle.components'] ?? 'none');
  const sorted = (lines: Line[]): Json => normaliseComponents(lines.map((line) => ({ ...line })));

  const kitOf = async (lines: Line[], parts: readonly ObservedRecord[]): Promise<ObservedRecord> => {
    const { connector, system } = under();
    const code = under().code();
    const command = system.productOf(under().attempt(), [code]);
    const writes = command.writes.map((write) => (write.entity === 'SKU' ? composed(write, lines, parts) : write));
    return observedOf(await connector.write({ ...command, writes }), code);
  };

  describe('kits', () => {
    it('are created with what they are made of, and read', async () => {
      if (!under().connector.capabilities.kits) return;
      const parts = await partsOf();
      const lines = linesOf(parts, 1, 2);
      const kit = await kitOf(lines, parts);
      expect(shownIn(kit)).toEqual(sorted(lines));
      expect(shownIn(await under().read(kit))).toEqual(sorted(lines));
    });

    it('are changed line by line, and show what others made of them', async () => {
      const { connector, system } = under();
      if (!connector.capabilities.kits) return;
      const parts = await partsOf();
      const kit = await kitOf(linesOf(parts, 1, 2), parts);
      const fewer = linesOf(parts, 3);
      const write = composed(updateOf(kit, {}), fewer, parts);
      const changed = observedOf(await connector.write(commandFor(under().attempt(), kit, write)), kit.code ?? '');
      expect(shownIn(changed)).toEqual(sorted(fewer));
      const theirs = linesOf([parts[1], parts[0]], 4, 1);
      await system.hands.setComponents(kit.code ?? '', theirs);
      expect(shownIn(await under().read(kit))).toEqual(sorted(theirs));
    });
  });
}
