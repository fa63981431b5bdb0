import type { GovernedSystem } from '../../domain/publishing/system.js';
import type { WaitingRoot } from '../ports/observation-store.js';
import type { PublishingPorts } from '../ports/ports.js';
import { faultOf, unreachable } from '../publishing/fault-of.js';
import { observeRoots } from './observe-roots.js';

/** Roots read in one go; a webhook names one. */
const BATCH = 50;
/** A root that cannot be taken is left alone for 10 s, then twice as long each time, at most 15 minutes. */
const BACK_OFF_SECONDS = 10;
const BACK_OFF_LIMIT_SECONDS = 15 * 60;
/** After so many attempts, an hour or so, it is given up: the next scan or webhook looks at it anew. */
const ATTEMPTS = 10;

/** What became of one root; `DOWN` speaks of the whole system. */
type Taken = 'DONE' | 'BUSY' | 'PUT_OFF' | 'DOWN';

/**
 * Takes what waits in a system's inbox: every root that a webhook named is read once, however many webhooks named it.
 * A root that cannot be taken keeps no other waiting. While the system cannot be reached, everything stays in the inbox.
 * @returns true when some verdicts had to be put off, because a delivery was at work: look again shortly.
 */
export async function handleWebhooks(ports: PublishingPorts, code: string): Promise<boolean> {
  const system = await ports.observations.systemByCode(code);
  if (!system) return false;
  const busy: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    const waiting = await ports.observations.waitingRoots(code, BATCH, busy);
    if (waiting.length === 0) return busy.length > 0;
    for (const each of waiting) {
      const taken = await takeRoot(ports, system, each);
      if (taken === 'BUSY') busy.push(each.root.externalId);
      // Not "shortly": a system that is down must not be asked twice a second; the sweep looks again.
      if (taken === 'DOWN') return false;
    }
  }
  return true;
}

async function takeRoot(ports: PublishingPorts, system: GovernedSystem, waiting: WaitingRoot): Promise<Taken> {
  try {
    const counts = await observeRoots(ports, system, [waiting.root], 'WEBHOOK');
    if (counts.busy > 0) return 'BUSY';
    await ports.observations.webhooksHandled(waiting.webhookIds, `${counts.opened} opened, ${counts.closed} closed`);
    return 'DONE';
  } catch (error) {
    const fault = faultOf(error);
    const told = { system: system.code, root: waiting.root.externalId, fault: fault.message };
    if (unreachable(fault)) {
      ports.log('warn', 'the inbox waits for its system', told);
      return 'DOWN';
    }
    const stack = error instanceof Error ? error.stack : undefined;
    await putOff(ports, waiting, fault.message, { ...told, stack });
    return 'PUT_OFF';
  }
}

async function putOff(ports: PublishingPorts, waiting: WaitingRoot, reason: string, told: object): Promise<void> {
  const attempts = waiting.attempts + 1;
  if (attempts >= ATTEMPTS) {
    ports.log('error', 'a root that a webhook named was given up', { ...told, attempts });
    await ports.observations.webhooksHandled(waiting.webhookIds, `gave up: ${storable(reason)}`);
    return;
  }
  const seconds = Math.min(BACK_OFF_SECONDS * 2 ** waiting.attempts, BACK_OFF_LIMIT_SECONDS);
  ports.log('warn', 'a root that a webhook named could not be taken', { ...told, attempts, seconds });
  await ports.observations.webhooksPutOff(waiting.webhookIds, attempts, seconds);
}

/** The reason may quote what the system said, and PostgreSQL keeps no U+0000. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}
