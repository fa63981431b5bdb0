import { describe, expect, it } from '@jest/globals';
import { AtMost } from '../../src/sandbox/at-most.js';
import { VirtualClock } from '../../src/sandbox/virtual-clock.js';

describe('the time that a stand-in lives in', () => {
  it('does what is due in the order of its time, and of its registration where that is the same', async () => {
    const clock = new VirtualClock();
    const delays = [30, 10, 20, 10, 30, 20, 10, 0].map((seconds) => seconds * 60_000);
    const done: number[] = [];
    delays.forEach((delay, index) => clock.later(delay, () => void done.push(index)));
    await clock.skip(20 * 60_000);
    expect(done).toEqual([7, 1, 3, 6, 2, 5]);
    await clock.skip(3_600_000);
    expect(done).toEqual([7, 1, 3, 6, 2, 5, 0, 4]);
    clock.close();
  });

  it('keeps that order however many there are', async () => {
    const clock = new VirtualClock();
    const done: number[] = [];
    for (let at = 0; at < 3_000; at += 1)
      clock.later(((at * 7_919) % 3_000) * 60_000, () => void done.push((at * 7_919) % 3_000));
    await clock.skip(3_000 * 60_000);
    expect(done).toEqual(Array.from({ length: 3_000 }, (_, at) => at));
    clock.close();
  });
});

describe('at most so many at a time', () => {
  it('are under way, whether they end well or not, and the others come in their order', async () => {
    const most = new AtMost(2);
    let [under, peak] = [0, 0];
    const begun: number[] = [];
    const all = [0, 1, 2, 3, 4, 5].map((at) =>
      most.run(async () => {
        begun.push(at);
        under += 1;
        peak = Math.max(peak, under);
        await new Promise((resolve) => setImmediate(resolve));
        under -= 1;
        if (at % 2 === 0) throw new Error(`no ${at}`);
        return at;
      }),
    );
    const ends = await Promise.allSettled(all);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(peak).toBe(2);
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : null))).toEqual([null, 1, null, 3, null, 5]);
  });
});
