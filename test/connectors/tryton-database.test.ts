import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ExchangeGate } from '../../src/connectors/exchange-gate.js';
import { TrytonDatabase } from '../../src/connectors/tryton/tryton-database.js';
import { TrytonSession } from '../../src/connectors/tryton/tryton-session.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';
import { faultFrom } from './writes.js';

const result = (value: unknown): Canned => ({ body: JSON.stringify({ id: 1, result: value }) });
const SIGNED_IN = result([7, '0123abcd']);
const unit = (id: number, symbol: string): object => ({ id, symbol, name: symbol, category: 1, factor: 1 });
const around = (...symbols: string[]): Canned[] => [
  result({ company: 1 }),
  result([{ id: 1, 'currency.': { id: 1, code: 'USD' } }]),
  result({ components: {} }),
  result({}),
  result([unit(1, 'u'), ...symbols.map((symbol, at) => unit(at + 2, symbol))]),
  result([{ id: 1, template_sequence: null, product_sequence: null }]),
];
const SIX_MINUTES = 360_000;

let server: CannedServer;
let database: TrytonDatabase;
let later = 0;

beforeEach(async () => {
  server = await startCannedServer([]);
  const access = { baseUrl: server.url, database: 'erp', user: 'skuward', password: 'the-password-of-ours' };
  database = new TrytonDatabase(new TrytonSession(access, new ExchangeGate(2)), 'USD');
  later = 0;
  const clock = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => clock() + later);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

describe('what a database is like', () => {
  const symbols = async (): Promise<string[]> => (await database.surroundings()).units.map(({ symbol }) => symbol);

  it('is asked once for all who want to know at the same time', async () => {
    server.script = [SIGNED_IN, ...around('kg')];
    const there = ['u', 'kg'];
    expect(await Promise.all([symbols(), symbols(), symbols()])).toEqual([there, there, there]);
    expect(await symbols()).toEqual(['u', 'kg']);
    expect(server.requests).toHaveLength(7);
  });

  it('is asked again some minutes later: somebody may have added a unit, or activated a module', async () => {
    server.script = [SIGNED_IN, ...around(), ...around('pair')];
    expect(await symbols()).toEqual(['u']);
    later = SIX_MINUTES;
    expect(await symbols()).toEqual(['u', 'pair']);
  });

  it('is another company’s once somebody moves the user there: nothing goes on before that is put right', async () => {
    const [, , ...rest] = around();
    const of = (company: number): Canned[] => [
      result({ company }),
      result([{ id: company, rec_name: `Company ${company}`, 'currency.': { id: 1, code: 'USD' } }]),
    ];
    server.script = [SIGNED_IN, ...of(1), ...rest, ...of(2), ...of(1), ...rest];
    expect(await symbols()).toEqual(['u']);
    later = SIX_MINUTES;
    const fault = await faultFrom(symbols());
    expect(fault).toMatchObject({ class: 'AUTH', code: 'UNFIT' });
    expect(fault.message).toContain('belonged to the company Company 1, and belongs to Company 2 now');
    expect(await symbols()).toEqual(['u']);
  });

  it('is not remembered where it could not be found out', async () => {
    server.script = [SIGNED_IN, { status: 502 }, ...around()];
    expect((await faultFrom(symbols())).class).toBe('TRANSIENT');
    expect(await symbols()).toEqual(['u']);
  });

  it('is told to those who stay, though the one who asked first has left', async () => {
    server.script = [SIGNED_IN, ...around()];
    const leaving = database.surroundings(AbortSignal.abort());
    const staying = symbols();
    expect((await faultFrom(leaving)).class).toBe('TRANSIENT');
    expect(await staying).toEqual(['u']);
  });
});
