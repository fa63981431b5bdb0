import { canaryStep } from '../../domain/publishing/canary.js';
import type { Ports } from '../ports/ports.js';

/**
 * Looks how the canaries of a system, or of all, stand: what went first has arrived, and the rest may follow; too much of it died, and
 * the rest waits for an operator; nothing of it can be tried, and others go first; or all of it has ended.
 */
export async function advanceCanaries(
  ports: Pick<Ports, 'work' | 'operations' | 'log'>,
  system: string | null,
): Promise<void> {
  for (const { id } of await ports.operations.movingCanaries(system)) {
    await ports.work.run(async (stores) => {
      const canary = await stores.canaries.lock(id);
      if (!canary) return;
      const step = canaryStep(canary.state, canary.first, canary.all, canary);
      if (step === 'RELEASE') await stores.canaries.release(canary, null);
      if (step === 'REDRAW') await stores.canaries.redraw(canary);
      if (step === 'STOP') await stores.canaries.stop(canary);
      if (step === 'FINISH') await stores.canaries.finish(canary);
      if (step === 'STOP') ports.log('warn', 'a canary stopped', { request: canary.request, system: canary.system });
    });
  }
}
