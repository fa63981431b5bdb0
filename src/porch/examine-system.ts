import type { Examine } from '../cli/doctor-command.js';
import { CliFault } from '../cli/cli-io.js';
import type { Config } from '../config.js';
import { buildConnectors } from '../connectors/connector-registry.js';
import type { Log } from '../application/ports/ports.js';
import { sandboxSystems, usualSandbox } from './sandbox-systems.js';

/**
 * Examines systems as this machine's settings name them, without the service and its database: the sandbox of a service
 * that runs on PORT, where there is no SYSTEMS_FILE.
 */
export function examineWith(config: Config, log: Log): Examine {
  const systems = config.systems ?? sandboxSystems(usualSandbox(config));
  return async (code) => {
    const system = systems.find((each) => each.code === code);
    if (!system) {
      const known = systems.map((each) => each.code).join(', ');
      throw new CliFault(`there is no system ${code}; the settings name ${known}`);
    }
    const connector = buildConnectors([system], log).of(code, 'PERSON');
    const webhookUrl = `${config.publicUrl}/webhooks/shopify/${code}`;
    return (await connector.diagnose?.({ webhookUrl, currency: system.currency })) ?? null;
  };
}
