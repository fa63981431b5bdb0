import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { itNightly } from '../support/runs.js';
import type { Run } from './site.js';
import { describeOnLinux, Site, until } from './site.js';

const TOLD_SECONDS = 150;

describeOnLinux('a demo whose service is killed', () => {
  let site: Site;
  beforeEach(async () => {
    site = await Site.open();
  }, 120_000);
  afterEach(() => site.close(), 60_000);

  const step = (demo: Run, number: number): Promise<unknown> =>
    until(`step ${number} of the demo`, TOLD_SECONDS, () => {
      if (demo.outcome() !== null)
        throw new Error(`the demo ended with ${demo.outcome()}: ${demo.stdout()}${demo.stderr()}`);
      return demo.stdout().includes(`\n${number}. `);
    });

  async function expectToldToItsEnd(demo: Run): Promise<void> {
    const outcome = await demo.ended(TOLD_SECONDS);
    // The story as it was told is the best account of what went wrong.
    expect({ outcome, story: outcome === 0 ? '' : `${demo.stdout()}\n${demo.stderr()}` }).toEqual({
      outcome: 0,
      story: '',
    });
    expect(demo.stdout()).toContain('The loop is closed');
    expect(demo.stdout()).not.toContain('was let through');
  }

  itNightly(
    'beside a service that somebody else starts again, is told to its end and leaves that service running',
    async () => {
      const service = await site.start();
      const demo = site.run(['demo']);
      await step(demo, 3);
      service.signal('SIGKILL');
      await service.ended();
      const again = await site.start();
      await expectToldToItsEnd(demo);
      expect(demo.stdout()).toContain('the demo uses it');
      expect(await site.isReady()).toBe(true);
      again.signal('SIGTERM');
      expect(await again.ended()).toBe(0);
      await site.untilQuiet(5);
    },
    240_000,
  );

  it('on its own, starts the service again, is told to its end and leaves nothing running', async () => {
    const demo = site.run(['demo']);
    await step(demo, 4);
    const [child, ...others] = (await site.processes()).filter(({ parent }) => parent === demo.pid);
    expect(others).toEqual([]);
    process.kill(child?.pid ?? 0, 'SIGKILL');
    await expectToldToItsEnd(demo);
    expect(demo.stdout()).toContain('the service died; starting it again');
    expect(await site.processes()).toEqual([]);
  }, 240_000);

  it('that is interrupted while its service starts, leaves nothing running', async () => {
    const demo = site.run(['demo']);
    await until('the service to be started', TOLD_SECONDS, async () =>
      (await site.processes()).some(({ command }) => command.includes(' -D ')),
    );
    demo.signal('SIGINT');
    expect(await demo.ended()).toBe(130);
    await site.untilQuiet(5);
  }, 240_000);
});
