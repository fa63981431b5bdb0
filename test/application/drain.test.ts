import { describe, expect, it } from '@jest/globals';
import { Drain } from '../../src/jobs/drain.js';

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe('a drain', () => {
  it.each(Array.from({ length: 12 }, (_, n) => n))(
    'loses no wake-up that comes %i turns after a run',
    async (after) => {
      let runs = 0;
      let beside = 0;
      let release: () => void = () => undefined;
      const drain = new Drain(async () => {
        runs += 1;
        beside += 1;
        expect(beside).toBe(1);
        if (runs === 1) await new Promise<void>((resolve) => (release = resolve));
        beside -= 1;
      });
      const first = drain.wake('a');
      await turns(5);
      release();
      await turns(after);
      await drain.wake('a');
      await first;
      await drain.idle();
      expect(runs).toBe(2);
    },
  );

  it('runs once more for many wake-ups during a run, and again after a run that failed', async () => {
    let runs = 0;
    const drain = new Drain(() => {
      runs += 1;
      if (runs === 3) throw new Error('boom');
      return Promise.resolve();
    });
    await Promise.all([drain.wake('a'), drain.wake('a'), drain.wake('a')]);
    // The first run has not begun when the others come, so one is enough for all of them.
    expect(runs).toBe(1);
    await drain.wake('a');
    await expect(drain.wake('a')).rejects.toThrow('boom');
    await drain.wake('a');
    expect(runs).toBe(4);
  });
});
