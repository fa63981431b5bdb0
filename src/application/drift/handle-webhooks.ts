import { keptFault } from '../../domain/publishing/kept-fault.js';
import type { DeliveryFault, GovernedSystem, RootRef } from '../../domain/publishing/system.js';
import type { WaitingRoot } from '../ports/observation-store.js';
import type { PublishingPorts } from '../ports/ports.js';
import { faultOf, unreachable } from '../publishing/fault-of.js';
import { observeRoots } from './observe-roots.js';

/** What is taken out of the inbox in one go; a webhook names one. A system says in one call where so many are. */
const BATCH = 250;
/** A root that cannot be taken is left alone for 10 s, then twice as long each time, at most 15 minutes. */
const BACK_OFF_SECONDS = 10;
const BACK_OFF_LIMIT_SECONDS = 15 * 60;
/** After so many attempts, an hour or so, it is given up: the next scan or webhook looks at it anew. */
const ATTEMPTS = 10;

/** What became of one root; `DOWN` speaks of the whole system. */
type Taken = 'DONE' | 'BUSY' | 'PUT_OFF' | 'DOWN';

/** One look to take, and all in the inbox that is answered by it. */
interface Place {
  /** None: it is gone. */
  roots: readonly RootRef[];
  named: readonly WaitingRoot[];
}

/**
 * Takes what waits in a system's inbox: every root that webhooks named, or something in it, is read once, however many did.
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
    // Not "shortly": a system that is down must not be asked twice a second; the sweep looks again.
    const places = await placesOf(ports, system, waiting);
    if (places === 'DOWN') return false;
    for (const each of places) {
      const taken = await takePlace(ports, system, each);
      if (taken === 'BUSY') busy.push(...each.named.map(({ root }) => root.externalId));
      if (taken === 'DOWN') return false;
    }
  }
  return true;
}

/**
 * Where all that is, one place for whatever is in the same. What cannot be placed keeps nothing else waiting: if it is not
 * the whole system that fails, each is placed by itself, and looked at or put off.
 */
async function placesOf(
  ports: PublishingPorts,
  system: GovernedSystem,
  waiting: readonly WaitingRoot[],
): Promise<Place[] | 'DOWN'> {
  const side = ports.connectors.of(system.code, 'SCAN').webhooks;
  const named = waiting.map(({ root }) => root);
  const placed = await attempt(async () => side?.placesOf(named) ?? named.map((root) => [root]));
  if (!('fault' in placed))
    return merged(waiting.map((each, at) => ({ roots: placed.value[at] ?? [], named: [each] })));
  if (unreachable(placed.fault)) return down(ports, system, placed, waiting);
  if (waiting.length === 1) {
    await putOff(ports, system, waiting, placed);
    return [];
  }
  const places: Place[] = [];
  for (const each of waiting) {
    const own = await placesOf(ports, system, [each]);
    if (own === 'DOWN') return 'DOWN';
    places.push(...own);
  }
  return merged(places);
}

function merged(places: readonly Place[]): Place[] {
  const same = Map.groupBy(places, ({ roots }) => JSON.stringify(roots.map(({ externalId }) => externalId)));
  return [...same.values()].map((some) => ({
    roots: some[0]?.roots ?? [],
    named: some.flatMap(({ named }) => named),
  }));
}

async function takePlace(ports: PublishingPorts, system: GovernedSystem, { roots, named }: Place): Promise<Taken> {
  const looked = await attempt(async () => {
    const counts = roots.length === 0 ? null : await observeRoots(ports, system, roots, 'WEBHOOK');
    if (counts !== null && counts.busy > 0) return 'BUSY';
    const result = counts === null ? 'it is gone' : `${counts.opened} opened, ${counts.closed} closed`;
    await ports.observations.webhooksHandled(idsOf(named), result);
    return 'DONE';
  });
  if (!('fault' in looked)) return looked.value;
  if (unreachable(looked.fault)) return down(ports, system, looked, named);
  await putOff(ports, system, named, looked);
  return 'PUT_OFF';
}

interface Failure {
  fault: DeliveryFault;
  stack: string | undefined;
}

async function attempt<T>(act: () => Promise<T>): Promise<{ value: T } | Failure> {
  try {
    return { value: await act() };
  } catch (error) {
    return { fault: keptFault(faultOf(error)), stack: error instanceof Error ? error.stack : undefined };
  }
}

function idsOf(named: readonly WaitingRoot[]): string[] {
  return named.flatMap(({ webhookIds }) => webhookIds);
}

function down(
  ports: PublishingPorts,
  { code }: GovernedSystem,
  { fault }: Failure,
  named: readonly WaitingRoot[],
): 'DOWN' {
  const told = { system: code, root: named[0]?.root.externalId, fault: fault.message };
  ports.log('warn', 'the inbox waits for its system', told);
  return 'DOWN';
}

async function putOff(
  ports: PublishingPorts,
  { code }: GovernedSystem,
  named: readonly WaitingRoot[],
  { fault, stack }: Failure,
): Promise<void> {
  const before = Math.max(...named.map(({ attempts }) => attempts));
  const attempts = before + 1;
  const told = { system: code, root: named[0]?.root.externalId, fault: fault.message, stack, attempts };
  if (attempts >= ATTEMPTS) {
    ports.log('error', 'a root that a webhook named was given up', told);
    await ports.observations.webhooksHandled(idsOf(named), `gave up: ${fault.message}`);
    return;
  }
  const seconds = Math.min(BACK_OFF_SECONDS * 2 ** before, BACK_OFF_LIMIT_SECONDS);
  ports.log('warn', 'a root that a webhook named could not be taken', { ...told, seconds });
  await ports.observations.webhooksPutOff(idsOf(named), attempts, seconds);
}
