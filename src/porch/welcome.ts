import type { Config } from '../config.js';
import { keysForPeople } from './sample-people.js';
import type { Service } from './serve.js';

/** Tells whoever started the service where it is and, on the first start of a sandbox, with which keys to try it. */
export async function printWelcome(config: Config, service: Service): Promise<void> {
  const say = (line = ''): void => void process.stdout.write(`${line}\n`);
  say(`Skuward answers at ${service.url}/graphql${config.production ? '' : '  (GraphiQL in a browser)'}`);
  if (!service.sandbox) return;
  say(
    `Sandbox: Shopify at ${service.sandbox.shopify.url}, ERP at ${service.sandbox.erp.url}; data in ${config.dataDir}`,
  );
  if (!service.firstStart) {
    say('Keys were printed at the first start; `npx skuward key` makes new ones.');
    return;
  }
  say();
  say('Keys of five sample people, printed this once:');
  for (const { person, secret } of await keysForPeople(service.ports, null)) {
    say(`  ${person.role.padEnd(12)} ${person.name.padEnd(17)} ${secret}`);
  }
  say();
}
