import type { Config } from '../config.js';
import { keysForPeople } from './sample-people.js';
import type { Service } from './serve.js';

/** Tells whoever started the service where it is and, on the first start of a sandbox, with which keys to try it. */
export async function printWelcome(config: Config, service: Service): Promise<void> {
  const lines = [`Skuward answers at ${service.url}/graphql${config.production ? '' : '  (GraphiQL in a browser)'}`];
  const { sandbox } = service;
  if (sandbox) {
    lines.push(`Sandbox: Shopify at ${sandbox.shopify.url}, ERP at ${sandbox.erp.url}; data in ${config.dataDir}`);
    if (service.firstStart) {
      lines.push('', 'Keys of five sample people, printed this once:');
      for (const { person, secret } of await keysForPeople(service.ports, null)) {
        lines.push(`  ${person.role.padEnd(12)} ${person.name.padEnd(17)} ${secret}`);
      }
      lines.push('');
    } else lines.push('Keys were printed at the first start; `npx skuward key` makes new ones.');
  }
  // In one piece, so that no line of the log comes between two of the keys.
  process.stdout.write(`${lines.join('\n')}\n`);
}
