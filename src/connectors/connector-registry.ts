import type { Meter } from '../application/ports/meter.js';
import { UNMETERED } from '../application/ports/meter.js';
import type { Connector, ConnectorRegistry } from '../application/ports/connector.js';
import { HttpErpConnector } from './http-erp/http-erp-connector.js';
import { ShopifyConnector } from './shopify/shopify-connector.js';
import type { SystemConfig } from './system-config.js';

type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;

/**
 * One connector per configured system. Connects to nothing yet.
 * @throws Error, naming the system, for settings that are missing, doubled or unsafe.
 */
export function buildConnectors(systems: SystemConfig[], log: Log, meter: Meter = UNMETERED): ConnectorRegistry {
  const connectors = new Map<string, Connector>();
  for (const system of systems) {
    if (connectors.has(system.code)) throw new Error(`system ${system.code} is configured twice`);
    connectors.set(system.code, connectorOf(system, log, meter));
  }
  return {
    of(code) {
      const connector = connectors.get(code);
      if (!connector) throw new Error(`system ${code} is not configured`);
      return connector;
    },
  };
}

function connectorOf(system: SystemConfig, log: Log, meter: Meter): Connector {
  if (!Number.isInteger(system.concurrency) || system.concurrency < 1) {
    throw new Error(`system ${system.code}: concurrency is at least 1`);
  }
  if (system.connector === 'http') return new HttpErpConnector(system, meter);
  if (system.publications.length === 0) {
    log('warn', 'no publications are configured: whether a variant is on sale can neither be seen nor set', {
      system: system.code,
    });
  }
  if (!system.clientSecret)
    log('warn', 'no client secret is configured: webhooks are refused', { system: system.code });
  return new ShopifyConnector(system, meter, (asked, answered) => {
    log('error', 'Shopify answers another API version than the one asked for', {
      system: system.code,
      asked,
      answered,
    });
  });
}
