import { expect, it } from '@jest/globals';
import { ExchangeGate } from '../../src/connectors/exchange-gate.js';

/** An exchange that ends when it is told to. */
function held(): { run: () => Promise<string>; end: () => void; hasBegun: () => boolean } {
  let hasBegun = false;
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    run: () => {
      hasBegun = true;
      return promise;
    },
    end: () => resolve('done'),
    hasBegun: () => hasBegun,
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets the longest waiting in when a place is free, and no more than its limit', async () => {
  const gate = new ExchangeGate(2);
  const [first, second, third, fourth] = [held(), held(), held(), held()];
  const all = [first, second, third, fourth].map(({ run }) => gate.pass(run));
  await settled();
  expect([first, second, third, fourth].map(({ hasBegun }) => hasBegun())).toEqual([true, true, false, false]);
  second.end();
  await settled();
  expect([third.hasBegun(), fourth.hasBegun()]).toEqual([true, false]);
  for (const each of [first, third, fourth]) each.end();
  expect(await Promise.all(all)).toEqual(['done', 'done', 'done', 'done']);
});

it('frees the place of what fails, and forgets who left while waiting', async () => {
  const gate = new ExchangeGate(1);
  const [first, last] = [held(), held()];
  const leaving = new AbortController();
  const running = gate.pass(first.run);
  const left = gate.pass(() => Promise.resolve('never'), leaving.signal);
  const failing = gate.pass(() => Promise.reject(new Error('broke')));
  const waiting = gate.pass(last.run);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  first.end();
  await expect(failing).rejects.toThrow('broke');
  await settled();
  expect(last.hasBegun()).toBe(true);
  last.end();
  expect(await Promise.all([running, waiting])).toEqual(['done', 'done']);
  await expect(gate.pass(() => Promise.resolve('x'), AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
});
