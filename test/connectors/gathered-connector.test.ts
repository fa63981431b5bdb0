import { describe, expect, it } from '@jest/globals';
import { ConnectorError } from '../../src/application/ports/connector.js';
import type { Connector, RecordOutcome, WriteCommand } from '../../src/application/ports/connector.js';
import { gathered } from '../../src/connectors/gathered-connector.js';
import { faultOf } from '../../src/connectors/faults.js';
import type { ObservedRecord, RootRef } from '../../src/domain/publishing/system.js';
import { createOf, faultFrom, FRESH } from './writes.js';

const recordOf = (code: string): ObservedRecord => ({
  entity: 'SKU',
  externalId: code,
  root: { externalId: code, code },
  code,
  fields: {},
  unreadable: [],
  updatedAt: null,
  attribution: null,
  token: null,
});

/** A system that writes down in which calls it was asked, and answers each when it is told to. */
function recording(productsPerWrite = 250): {
  connector: Connector;
  calls: string[][];
  answerNext: () => Promise<void>;
} {
  const calls: string[][] = [];
  const waiting: (() => void)[] = [];
  const heard = async (names: string[], signal?: AbortSignal): Promise<void> => {
    calls.push(names);
    if (signal?.aborted) throw new ConnectorError(faultOf('TRANSIENT', 'broken off'));
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const outcomes = ({ writes }: WriteCommand): RecordOutcome[] =>
    writes.map(({ id, entity, code }) => ({ id, entity, written: true, observed: recordOf(code) }));
  const connector: Connector = {
    capabilities: {
      productRecords: false,
      concurrencyToken: true,
      changeCursor: false,
      kits: true,
      nestedKits: false,
      stock: false,
      attribution: true,
      resetByComposing: [],
      productsPerWrite,
    },
    webhooks: null,
    async readRoots(roots, signal) {
      await heard(
        roots.map(({ externalId }) => externalId),
        signal,
      );
      return roots.map((root) => ({ root, records: [recordOf(root.externalId)] }));
    },
    async lookUp({ codes }, signal) {
      await heard(codes, signal);
      return codes.map(recordOf);
    },
    write: () => Promise.reject(new Error('one at a time')),
    async writeMany(commands, signal) {
      await heard(
        commands.map(({ attemptId }) => attemptId),
        signal,
      );
      return commands.map(outcomes);
    },
    scan: () => Promise.reject(new Error('nobody scans here')) as never,
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const answerNext = async (): Promise<void> => {
    await turn();
    waiting.shift()?.();
    await turn();
  };
  return { connector, calls, answerNext };
}

const root = (externalId: string): RootRef => ({ externalId, code: externalId });
const command = (code: string): WriteCommand => ({
  ...FRESH,
  attemptId: code,
  product: { id: code, handle: code, root: null },
  writes: [createOf('SKU', code, {})],
});

describe('lanes beside each other', () => {
  it('are one call for what they ask in the same moment, and each gets its own', async () => {
    const { connector, calls, answerNext } = recording();
    const one = gathered(connector);
    const asked = [one.readRoots([root('1'), root('2')]), one.readRoots([root('3')]), one.readRoots([])];
    await answerNext();
    const readings = await Promise.all(asked);
    expect(calls).toEqual([['1', '2', '3']]);
    expect(readings.map((each) => each.map((reading) => reading.root.externalId))).toEqual([['1', '2'], ['3'], []]);
  });

  it('get the records of the codes that they looked for, and no others', async () => {
    const { connector, calls, answerNext } = recording();
    const one = gathered(connector);
    const query = (...codes: string[]): Parameters<Connector['lookUp']>[0] => ({ productId: 'p', handle: 'h', codes });
    const asked = [one.lookUp(query('a', 'b')), one.lookUp(query('b', 'C'))];
    await answerNext();
    const found = await Promise.all(asked);
    expect(calls).toEqual([['a', 'b', 'C']]);
    expect(found.map((records) => records.map(({ code }) => code))).toEqual([
      ['a', 'b'],
      ['b', 'C'],
    ]);
  });

  it('gather while two calls are on their way, up to what one call may hold', async () => {
    const { connector, calls, answerNext } = recording(2);
    const one = gathered(connector);
    const asked = ['a', 'b', 'c', 'd', 'e'].map((code) => one.write(command(code)));
    await answerNext();
    expect(calls).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    await answerNext();
    await answerNext();
    const outcomes = await Promise.all(asked);
    expect(outcomes.map(([outcome]) => outcome?.written && outcome.observed.code)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('do not take each other along when the time of one is over', async () => {
    const { connector, calls, answerNext } = recording();
    const one = gathered(connector);
    const late = one.write(command('late'), AbortSignal.abort());
    const good = one.write(command('good'), new AbortController().signal);
    expect((await faultFrom(late)).message).toBe('broken off');
    await answerNext();
    expect((await good)[0]).toMatchObject({ written: true });
    expect(calls).toEqual([['late'], ['good']]);
  });

  it('are left as they are with a system that takes one product at a time', () => {
    const { connector } = recording();
    Reflect.deleteProperty(connector, 'writeMany');
    expect(gathered(connector)).toBe(connector);
  });
});
