import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { control, must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const CODES = Array.from({ length: 11 }, (_, index) => `E${index}`);

const TOLD = `value observation { system { code } source found finding { resolution } } approvals { way actor { name } }
  systems { system { code } }`;

/** Why a field is as it is where many are asked about at once, and where what there is now was a stranger. */
describe('fields explained', () => {
  let kit: DriftKit;
  let api: Api;
  beforeAll(async () => {
    kit = await DriftKit.open(CODES);
    api = await openApi(kit.world);
  });
  afterAll(async () => {
    await api.close();
    await kit.close();
  });

  const explain = async (code: string, field: string): Promise<{ systems: unknown[] }> => {
    const query = `query Why($code: String!, $field: String!) { sku(code: $code) { explain(field: $field) { ${TOLD} } } }`;
    const { sku } = await api.ask<{ sku: { explain: { systems: unknown[] } } }>(query, { code, field });
    return sku.explain;
  };

  it('names the stranger that a new SKU, and its product, were made of', async () => {
    const stray = { as: { kind: 'staff', name: 'Sam' }, title: 'Stray', sku: 'STRAY', price: '5.00' };
    await control(kit.world.sandbox.shopify.url, 'add', stray);
    await kit.scanned();
    const { id } = await kit.finding('STRAY', 'shopify');
    const { ports, people } = kit.world;
    const adopted = must(await adoptFindings(ports, people.mia, { ids: [id], reason: 'we sell it after all' }));
    must(await approveChangeRequest(ports, people.ada, adopted.changeRequestId, null));
    const seen = { system: { code: 'shopify' }, source: 'FULL_SCAN', finding: { resolution: 'ADOPTED' } };
    const approvals = [{ way: 'DECISION', actor: { name: 'ada' } }];
    expect(await explain('STRAY', 'price')).toMatchObject({
      value: '5.00',
      observation: { ...seen, found: '5.00' },
      approvals,
    });
    expect(await explain('STRAY', 'product.title')).toMatchObject({
      value: 'Stray',
      observation: { ...seen, found: 'Stray' },
      approvals,
    });
    // The state is the master's own, and so is what has no place there.
    for (const field of ['lifecycle', 'taxCode']) expect((await explain('STRAY', field)).systems).toHaveLength(2);
    expect(await explain('STRAY', 'lifecycle')).toMatchObject({ value: 'DRAFT', observation: null });
  });

  it('tells each of many of itself: values, and what each system shows of just that record', async () => {
    const parts = 'value systems { system { code } wanted observed published }';
    const query = `{ skus(first: 12) { nodes { code title: explain(field: "product.title") { ${parts} } name: explain(field: "title") { ${parts} } } } }`;
    interface Part {
      value: string;
      systems: { wanted: unknown; observed: unknown; published: unknown }[];
    }
    const { skus } = await api.ask<{ skus: { nodes: { code: string; title: Part; name: Part }[] } }>(query);
    const nowhere = { wanted: null, observed: null, published: null };
    for (const { code, title, name } of skus.nodes.filter((each) => each.code !== 'STRAY')) {
      const own = `Product ${code}`;
      const there = { wanted: own, observed: own, published: own };
      expect([title.value, name.value]).toEqual([own, own]);
      expect(title.systems).toMatchObject([
        { ...nowhere, system: { code: 'erp' } },
        { ...there, system: { code: 'shopify' } },
      ]);
      expect(name.systems).toMatchObject([
        { ...there, system: { code: 'erp' } },
        { ...nowhere, system: { code: 'shopify' } },
      ]);
    }
    expect(skus.nodes).toHaveLength(12);
  });
});
