import { startScan } from '../application/drift/scan/start-scan.js';
import type { Ports } from '../application/ports/ports.js';
import type { Caller } from '../domain/actor.js';
import { systemActor } from '../domain/actor.js';

/** Webhook subscriptions are looked after this often: Shopify drops one after eight failed deliveries (shopify.md 2.4 [D]). */
const SUBSCRIPTIONS_MS = 10 * 60_000;

/**
 * Every system is scanned at start (design 4.13): the first complete scan is what links one, and a later one finds what
 * happened while nobody listened.
 */
export async function scanAtStart(ports: Ports): Promise<void> {
  const caller = { actor: systemActor('start'), roles: ['OPERATOR' as const] };
  const systems = await ports.operations.systems();
  const { items } = await ports.catalog.products({ first: 1, after: null }, null);
  if (items.length === 0) return;
  for (const { code } of systems) await startScan(ports, caller, code, 'FULL');
}

const SUBSCRIBER: Caller = { actor: systemActor('webhooks'), roles: ['OPERATOR'] };

/**
 * Keeps every system's webhooks pointed at this service; after a gap, a full scan catches up. Answers a function that ends it.
 * @param publicUrl where systems reach us.
 */
export function keepSubscriptions(ports: Ports, publicUrl: string): () => Promise<void> {
  /** Systems of which something may have been missed. A scan that already ran may have read past it: then another follows. */
  const owed = new Set<string>();
  const check = async (): Promise<void> => {
    for (const { code } of await ports.operations.systems()) {
      try {
        const url = `${publicUrl}/webhooks/shopify/${code}`;
        const side = ports.connectors.of(code).webhooks;
        if (!side) continue;
        const { there, mended, fault } = await side.ensureSubscriptions(url);
        const lost = await ports.observations.subscribed(code, url, there, mended);
        if (mended.length > 0)
          ports.log(lost ? 'warn' : 'info', 'webhooks subscribed', { system: code, topics: mended, lost });
        if (lost) owed.add(code);
        if (fault) ports.log('warn', 'webhooks could not be looked after', { system: code, error: fault.message });
        if (owed.has(code) && (await startScan(ports, SUBSCRIBER, code, 'FULL')).ok) owed.delete(code);
      } catch (error) {
        ports.log('warn', 'webhooks could not be looked after', { system: code, error: String(error) });
      }
    }
  };
  // A database that is gone for a while ends no process: the next look finds what this one has missed.
  const look = (): Promise<void> =>
    check().catch((error: unknown) =>
      ports.log('warn', 'webhooks could not be looked after', { system: null, error: String(error) }),
    );
  let running = look();
  const timer = setInterval(() => {
    running = look();
  }, SUBSCRIPTIONS_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
