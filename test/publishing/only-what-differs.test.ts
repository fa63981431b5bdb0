import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connector, WriteCommand } from '../../src/application/ports/connector.js';
import { registryOf } from '../../src/application/ports/connector.js';
import type { Ports } from '../../src/application/ports/ports.js';
import { publishLane } from '../../src/application/publishing/publish-lane.js';
import { control } from '../support/world.js';
import { Failing } from './failing-kit.js';

const STAFF = { kind: 'staff', name: 'Sam' };

let kit: Failing;
beforeEach(async () => {
  kit = await Failing.open('K1');
}, 120_000);
afterEach(() => kit.world.close());

/** What is sent to the store, on its way there. */
function heardBy(sent: WriteCommand[]): Ports {
  const { ports } = kit.world;
  const real = ports.connectors.of('shopify');
  const write: Connector['write'] = (command, signal) => {
    sent.push(command);
    return real.write(command, signal);
  };
  const listening = Object.create(real, { write: { value: write } }) as Connector;
  return Object.create(ports, { connectors: { value: registryOf(() => listening) } }) as Ports;
}

async function publish(): Promise<[string, unknown][]> {
  const sent: WriteCommand[] = [];
  const ports = heardBy(sent);
  while (await publishLane(ports, 'shopify'));
  return sent.flatMap(({ writes }) => writes.map(({ entity, values }): [string, unknown] => [entity, values]));
}

describe('a delivery to a store', () => {
  it('sends the field that differs, and no other', async () => {
    await kit.price('K1', '12.00');
    expect(await publish()).toEqual([['SKU', { price: '12.00' }]]);
  });

  it('leaves alone what somebody else changed of the same variant, which is a finding', async () => {
    await control(kit.world.sandbox.shopify.url, 'edit', { as: STAFF, sku: 'K1', set: { hsCode: '610910' } });
    await kit.price('K1', '12.00');
    expect(await publish()).toEqual([['SKU', { price: '12.00' }]]);
    const { products } = (await control(kit.world.sandbox.shopify.url, 'products?sku=K1')) as {
      products: { variants: { price: string; hsCode: string }[] }[];
    };
    expect(products[0]?.variants[0]).toMatchObject({ price: '12.00', hsCode: '610910' });
    expect(await kit.findings('K1')).toMatchObject([{ field: 'hsCode', found: '610910', state: 'OPEN' }]);
  });
});
