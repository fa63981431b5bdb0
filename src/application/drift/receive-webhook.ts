import type { PublishingPorts } from '../ports/ports.js';

export interface IncomingWebhook {
  system: string;
  /** Header names in lower case. */
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
}

export type WebhookReception = 'STORED' | 'IGNORED' | 'UNKNOWN_SYSTEM' | 'NOT_AUTHENTIC' | 'MALFORMED';

/**
 * Stores a signed webhook durably before it is answered, and wakes a worker in the same transaction. A webhook only
 * says "look again": losing, repeating or reordering one changes nothing but the delay.
 */
export async function receiveWebhook(ports: PublishingPorts, hook: IncomingWebhook): Promise<WebhookReception> {
  const system = await ports.observations.systemByCode(hook.system);
  const side = system ? ports.connectors.of(system.code).webhooks : null;
  if (!system || !side) return 'UNKNOWN_SYSTEM';
  if (!side.isAuthentic(hook.headers, hook.rawBody)) return 'NOT_AUTHENTIC';
  const topic = hook.headers['x-shopify-topic'] ?? '';
  let root;
  try {
    root = side.rootOf(topic, hook.rawBody);
  } catch (error) {
    ports.log('warn', 'a signed webhook could not be read', { system: system.code, topic, error: String(error) });
    return 'MALFORMED';
  }
  if (!root) return 'IGNORED';
  const { headers, rawBody: body } = hook;
  await ports.observations.storeWebhook({ id: ports.newId(), system: system.code, topic, root, body, headers });
  return 'STORED';
}
