import { ConnectorError } from '../ports/connector.js';
import type { ObservationStore } from '../ports/observation-store.js';
import type { Ports } from '../ports/ports.js';

/**
 * Takes in stock on hand as one ERP reports it now; nothing for a system that keeps none. A report that breaks off leaves
 * what it did not name as it was. Never throws for what the ERP did: a figure that is older is still a figure, under its
 * own date.
 * @param alive called after each page, for whoever must show that it is at work.
 */
export async function refreshStock(
  ports: Pick<Ports, 'connectors' | 'stock' | 'log'> & { observations: ObservationStore },
  system: string,
  alive: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const pages = ports.connectors.of(system).readStock?.();
  if (!pages) return;
  const since = await ports.observations.now();
  const unreadable: string[] = [];
  let strangers = 0;
  try {
    for await (const lines of pages) {
      const taken = await ports.stock.take(system, lines);
      strangers += taken.strangers;
      unreadable.push(...lines.filter(({ onHand }) => onHand === null).map(({ code }) => code));
      await alive();
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    ports.log('warn', 'stock could not be read to its end', { system, fault: error.fault.message });
    return;
  }
  await ports.stock.forgetUnnamed(system, since, unreadable);
  if (unreadable.length > 0) {
    const codes = unreadable.slice(0, 10);
    ports.log('warn', 'stock that is no exact decimal', { system, count: unreadable.length, codes });
  }
  ports.log('debug', 'stock taken in', { system, strangers });
}

/** The same for every system that is configured here, one after the other. */
export async function refreshAllStock(ports: Ports): Promise<void> {
  for (const { code } of await ports.operations.systems())
    if (ports.connectors.find(code)) await refreshStock(ports, code);
}
