import type { Meter } from '../application/ports/meter.js';
import { UNMETERED } from '../application/ports/meter.js';
import type { Connector, ConnectorRegistry } from '../application/ports/connector.js';
import { registryOf } from '../application/ports/connector.js';
import type { RateBudgets, Urgency } from '../application/ports/rate-budget.js';
import { gathered } from './gathered-connector.js';
import { HttpErpConnector } from './http-erp/http-erp-connector.js';
import { LocalBudgets } from './shopify/calling/local-budgets.js';
import { ShopifyConnector } from './shopify/shopify-connector.js';
import { openLine } from './shopify/shopify-line.js';
import type { SystemConfig } from './system-config.js';
import { SettingError } from './system-config.js';
import { TrytonConnector } from './tryton/tryton-connector.js';

type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;

/** What connectors share with other processes of the service, and tell it; left out: nothing. */
export interface Surroundings {
  meter?: Meter;
  budgets?: RateBudgets;
  /** A system answers in another version of its API than the one asked for. Once a version and process. */
  onForeignVersion?: (system: string, asked: string, answered: string) => void;
}

/** A connector for each urgency of what it is asked. */
type Connectors = (urgency: Urgency) => Connector;

/**
 * One connector per configured system. Connects to nothing yet.
 * @throws SettingError, naming the system, for settings that are missing, doubled or unsafe.
 */
export function buildConnectors(systems: SystemConfig[], log: Log, surroundings: Surroundings = {}): ConnectorRegistry {
  const connectors = new Map<string, Connectors>();
  for (const system of systems) {
    if (connectors.has(system.code)) throw new SettingError(`system ${system.code} is configured twice`);
    connectors.set(system.code, connectorsOf(system, log, surroundings));
  }
  return registryOf((code, urgency = 'PUBLISH') => connectors.get(code)?.(urgency) ?? null);
}

function connectorsOf(system: SystemConfig, log: Log, surroundings: Surroundings): Connectors {
  if (!Number.isInteger(system.concurrency) || system.concurrency < 1) {
    throw new SettingError(`system ${system.code}: concurrency is at least 1`);
  }
  if (system.connector === 'http') {
    const connector = new HttpErpConnector(system, surroundings.meter ?? UNMETERED);
    return () => connector;
  }
  if (system.connector === 'tryton') {
    const connector = gathered(new TrytonConnector(system, surroundings.meter ?? UNMETERED));
    return () => connector;
  }
  return shopifyConnectors(system, log, surroundings);
}

function shopifyConnectors(
  system: SystemConfig,
  log: Log,
  { meter = UNMETERED, budgets = new LocalBudgets(), onForeignVersion }: Surroundings,
): Connectors {
  const { code } = system;
  if (system.publications.length === 0) {
    log('warn', 'no publications are configured: whether a variant is on sale can neither be seen nor set', {
      system: code,
    });
  }
  if (!system.clientSecret) log('warn', 'no client secret is configured: webhooks are refused', { system: code });
  const line = openLine(system, {
    meter,
    budgets,
    onForeignVersion: (asked, answered) => {
      log('error', 'Shopify answers another API version than the one asked for', { system: code, asked, answered });
      onForeignVersion?.(code, asked, answered);
    },
  });
  const made = { PERSON: shopify('PERSON'), PUBLISH: shopify('PUBLISH'), SCAN: shopify('SCAN') };
  function shopify(urgency: Urgency): Connector {
    return new ShopifyConnector(system, { ...line, client: line.client.at(urgency) }, urgency === 'SCAN');
  }
  return (urgency) => made[urgency];
}
