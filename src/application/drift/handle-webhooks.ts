import type { Ports } from '../ports/ports.js';
import { observeRoots } from './observe-roots.js';

/** Roots read in one go; a webhook names one. */
const BATCH = 50;

/**
 * Takes what waits in a system's inbox: every root that a webhook named is read once, however many webhooks named it.
 * @returns true when some verdicts had to be put off, because a delivery was at work: look again shortly.
 */
export async function handleWebhooks(ports: Ports, code: string): Promise<boolean> {
  const system = await ports.observations.systemByCode(code);
  if (!system) return false;
  let postponed = false;
  for (let round = 0; round < 100; round += 1) {
    const waiting = await ports.observations.waitingRoots(code, BATCH);
    if (waiting.length === 0) return postponed;
    let progress = false;
    for (const { root, webhookIds } of waiting) {
      const counts = await observeRoots(ports, system, [root], 'WEBHOOK');
      if (counts.busy > 0) postponed = true;
      else {
        progress = true;
        await ports.observations.webhooksHandled(webhookIds, `${counts.opened} opened, ${counts.closed} closed`);
      }
    }
    if (!progress) return true;
  }
  return true;
}
