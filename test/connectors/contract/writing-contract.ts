import { describe, expect, it } from '@jest/globals';
import { normaliseAll } from '../../../src/domain/drift/normalise.js';
import type { RecordWrite, WriteCommand } from '../../../src/application/ports/connector.js';
import type { ObservedRecord } from '../../../src/domain/publishing/system.js';
import { allOf, faultIn, FRESH, observedOf, updateOf } from '../writes.js';
import type { UnderContract } from './contract-system.js';

/** Writes to a record that is there. */
export function commandFor(attemptId: string, record: ObservedRecord, ...writes: RecordWrite[]): WriteCommand {
  return { ...FRESH, attemptId, product: { id: `p-${attemptId}`, handle: 'h', root: record.root }, writes };
}

export function writingContract(under: () => UnderContract): void {
  describe('writing', () => {
    it('shows after a write what a strong read shows', async () => {
      const made = await under().made();
      expect(normaliseAll(made.fields)).toEqual(normaliseAll((await under().read(made))?.fields ?? {}));
    });

    it('changes what it was told to change, and nothing else', async () => {
      const { connector } = under();
      const made = await under().made();
      const command = commandFor(under().attempt(), made, updateOf(made, { price: '19.99' }));
      const observed = observedOf(await connector.write(command), made.code ?? '');
      expect(normaliseAll(observed.fields)).toEqual({ ...normaliseAll(made.fields), price: '19.99' });
    });

    it('empties what may be empty', async () => {
      const { connector, system } = under();
      const made = await under().made();
      const empty = Object.fromEntries(system.clearable.map((field) => [field, null]));
      const command = commandFor(under().attempt(), made, updateOf(made, empty));
      const observed = observedOf(await connector.write(command), made.code ?? '');
      expect(normaliseAll(observed.fields)).toMatchObject(normaliseAll(empty));
    });

    it('leaves one record behind however often it is told to create it', async () => {
      const { connector, system } = under();
      const code = under().code();
      const command = system.productOf(under().attempt(), [code]);
      const first = observedOf(await connector.write(command), code);
      const [again] = (await connector.write(command)).filter(({ entity }) => entity === 'SKU');
      if (again?.written) expect(again.observed.externalId).toBe(first.externalId);
      else expect(again?.fault).toMatchObject({ class: 'CONFLICT', ambiguous: false });
      const all = await allOf(connector.scan());
      expect(all.filter((each) => each.code === code)).toHaveLength(1);
    });

    it('does not overwrite what was edited since it was read, where it has tokens', async () => {
      const { connector, system } = under();
      if (!connector.capabilities.concurrencyToken) return;
      const made = await under().made();
      await system.hands.setPrice(made.code ?? '', '99.00');
      const command = commandFor(under().attempt(), made, updateOf(made, { price: '10.00' }));
      const fault = faultIn(await connector.write(command), made.code ?? '');
      expect(fault).toMatchObject({ class: 'CONFLICT', ambiguous: false });
      expect(normaliseAll((await under().read(made))?.fields ?? {})).toMatchObject({ price: '99.00' });
    });

    it('refuses what the system refuses, with the reason, and takes its siblings', async () => {
      const { connector, system } = under();
      const [good, bad, better] = [await under().made(), await under().made(), await under().made()];
      const writes = [
        updateOf(good, { price: '5.00' }),
        // In one call with its siblings, where the system takes records by what is written of them.
        updateOf(bad, { price: '5.50', ...system.refused }),
        updateOf(better, { price: '6.00' }),
      ];
      // Where there are product records, a command is about one product; elsewhere it may hold any records.
      const outcomes = connector.capabilities.productRecords
        ? (
            await Promise.all(
              writes.map((write, at) =>
                connector.write(commandFor(under().attempt(), [good, bad, better][at] ?? good, write)),
              ),
            )
          ).flat()
        : await connector.write(commandFor(under().attempt(), good, ...writes));
      expect(faultIn(outcomes, bad.code ?? '')).toMatchObject({ class: 'VALIDATION', ambiguous: false });
      expect(faultIn(outcomes, bad.code ?? '').message).not.toBe('');
      expect(normaliseAll(observedOf(outcomes, good.code ?? '').fields)).toMatchObject({ price: '5.00' });
      expect(normaliseAll(observedOf(outcomes, better.code ?? '').fields)).toMatchObject({ price: '6.00' });
      expect(normaliseAll((await under().read(bad))?.fields ?? {})).toEqual(normaliseAll(bad.fields));
    });

    it('says that a record is gone', async () => {
      const { connector, system } = under();
      const [there, gone] = [await under().made(), await under().made()];
      await system.hands.remove(gone.code ?? '');
      const outcomes = await connector.write(commandFor(under().attempt(), gone, updateOf(gone, { price: '5.00' })));
      const fault = faultIn(outcomes, gone.code ?? '');
      expect(['NOT_FOUND', 'CONFLICT']).toContain(fault.class);
      expect(fault.ambiguous).toBe(false);
      expect(await under().read(there)).not.toBeNull();
    });

    it('takes many products in one call, where it declares that', async () => {
      const { connector, system } = under();
      expect(connector.writeMany !== undefined).toBe(connector.capabilities.productsPerWrite > 1);
      if (!connector.writeMany) return;
      const codes = Array.from({ length: 12 }, () => under().code());
      const commands = codes.map((code) => system.productOf(under().attempt(), [code]));
      const made = await connector.writeMany(commands);
      expect(made.map((outcomes, at) => observedOf(outcomes, codes[at] ?? '').code)).toEqual(codes);
      const records = made.flatMap((outcomes, at) => observedOf(outcomes, codes[at] ?? ''));
      const changes = records.map((record, at) => {
        const values = { price: `${at + 1}.00`, ...(at === 5 ? system.refused : {}) };
        return commandFor(under().attempt(), record, updateOf(record, values));
      });
      const changed = await connector.writeMany(changes);
      for (const [at, code] of codes.entries()) {
        const outcomes = changed[at] ?? [];
        if (at === 5) expect(faultIn(outcomes, code)).toMatchObject({ class: 'VALIDATION', ambiguous: false });
        else expect(normaliseAll(observedOf(outcomes, code).fields)).toMatchObject({ price: `${at + 1}.00` });
      }
    });
  });
}
