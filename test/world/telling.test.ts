import { describe, expect, it } from '@jest/globals';
import { memoryBackend } from './memory/backend.js';
import type { BackendMaker } from './play.js';
import { mustHold, play, playSeeds, toldFailure } from './play.js';
import { storyOf } from './story.js';
import { SYSTEMS } from './world.js';

/** A master that does not store findings before it sends: they come with the outcome, or never. */
const forgetful: BackendMaker = async () => {
  const backend = memoryBackend(SYSTEMS);
  const { queue } = backend;
  const willSend: typeof queue.willSend = (claim, attempts) => queue.willSend(claim, attempts, []);
  return { ...backend, queue: Object.assign(Object.create(queue), { willSend }) };
};

describe('a seed that breaks a rule', () => {
  it('goes the same way every time', async () => {
    const [once, again] = [await play(storyOf(540)), await play(storyOf(540))];
    expect(once.lines.length).toBeGreaterThan(20);
    expect(again).toEqual(once);
  });

  it('is noticed, told with the command that plays it again, and shrunk to a story that a person can read', async () => {
    const { broken } = await playSeeds(0, 2_000, forgetful);
    if (!broken) throw new Error('nobody noticed');
    expect(broken.verdict.violations[0]?.rule).toBe('no edit of staff is overwritten unseen');
    const told = await toldFailure(broken, forgetful);
    expect(told).toContain(`npm run world -- --seed ${broken.seed}\n`);
    expect(told).toContain('broken: no edit of staff is overwritten unseen');
    const [, left = '', all = ''] = /to (\d+) of (\d+) acts/.exec(told) ?? [];
    expect(Number(left)).toBeLessThan(Number(all));
    expect(Number(left)).toBeLessThanOrEqual(12);
    expect(told).toMatch(/staff sets .* in (shop|erp)/);
    await expect(mustHold(broken.seed, broken.seed + 1, forgetful)).rejects.toThrow('breaks a rule');
  }, 120_000);
});
