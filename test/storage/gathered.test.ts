import { describe, expect, it } from '@jest/globals';
import { Gathered } from '../../src/storage/gathered.js';

/** Runs that last until they are let go. */
function doorkeeper(): { runs: number[][]; letGo: () => void; run: (inputs: readonly number[]) => Promise<number[]> } {
  const runs: number[][] = [];
  const waiting: (() => void)[] = [];
  const run = async (inputs: readonly number[]): Promise<number[]> => {
    runs.push([...inputs]);
    await new Promise<void>((resolve) => waiting.push(resolve));
    if (inputs.includes(13)) throw new Error(`not ${inputs.join(' ')}`);
    return inputs.map((input) => input * 10);
  };
  return { runs, run, letGo: () => waiting.shift()?.() };
}

/** Until whoever waits for no more than the event loop has had its turn. */
const turns = async (): Promise<void> => {
  for (let n = 0; n < 4; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('calls that are gathered', () => {
  it('make one run of those of one moment, and the next of all that come meanwhile', async () => {
    const { runs, run, letGo } = doorkeeper();
    const gathered = new Gathered(run, 3);
    const first = [1, 2].map((input) => gathered.call(input));
    await turns();
    const later = [3, 4, 5, 6].map((input) => gathered.call(input));
    await turns();
    expect(runs).toEqual([[1, 2]]);
    letGo();
    expect(await Promise.all(first)).toEqual([10, 20]);
    await turns();
    expect(runs).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    letGo();
    await turns();
    letGo();
    expect(await Promise.all(later)).toEqual([30, 40, 50, 60]);
  });

  it('are made alone where a run fails, so that only the one that is wrong fails', async () => {
    const { runs, run, letGo } = doorkeeper();
    const gathered = new Gathered(run, 10);
    const calls = Promise.allSettled([1, 13, 2].map((input) => gathered.call(input)));
    for (let n = 0; n < 4; n += 1) {
      await turns();
      letGo();
    }
    const [one, wrong, two] = await calls;
    expect([one, two]).toMatchObject([{ value: 10 }, { value: 20 }]);
    expect(wrong).toMatchObject({ status: 'rejected', reason: new Error('not 13') });
    expect(runs).toEqual([[1, 13, 2], [1], [13], [2]]);
  });
});
