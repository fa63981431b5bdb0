import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { forceApply } from '../../src/application/change/run/force-apply.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

const TOLD = `value policyVersion actor { name } observation { system { code } found finding { resolution } }
  approvals { way actor { kind name } comment }`;

/** Who said yes to a value, where that was neither an approver nor a baseline; those are in explain.test.ts. */
describe('a field explained that nobody was asked about', () => {
  let kit: DriftKit;
  let api: Api;
  beforeAll(async () => {
    kit = await DriftKit.open(['E1', 'E2']);
    api = await openApi(kit.world);
  });
  afterAll(async () => {
    await api.close();
    await kit.close();
  });

  const explain = async (code: string, field: string): Promise<unknown> => {
    const query = `query Why($code: String!, $field: String!) { sku(code: $code) { explain(field: $field) { ${TOLD} } } }`;
    return (await api.ask<{ sku: { explain: unknown } }>(query, { code, field })).sku.explain;
  };

  it('says that it was forced, by whom and why', async () => {
    const { ports, people } = kit.world;
    const draft = {
      title: 'now',
      reason: null,
      idempotencyKey: null,
      changes: [{ kind: 'skuUpdate' as const, input: { code: 'E1', baseRevision: null, fields: { price: '13.00' } } }],
    };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await forceApply(ports, people.alex, id, 'the catalogue is printed tonight'));
    expect(await explain('E1', 'price')).toMatchObject({
      value: '13.00',
      actor: { name: 'mia' },
      approvals: [{ way: 'FORCE', actor: { name: 'alex' }, comment: 'the catalogue is printed tonight' }],
    });
  });

  it('names the version of the matrix that adopted it, and the finding', async () => {
    const version = await kit.rules([{ field: 'gtin', onDrift: 'AUTO_ADOPT' }]);
    await kit.editShop('E2', { barcode: '4006381333931' });
    await kit.scanned();
    await kit.tended();
    await kit.drained();
    expect(await explain('E2', 'gtin')).toMatchObject({
      value: '4006381333931',
      policyVersion: version,
      observation: { system: { code: 'shopify' }, found: '4006381333931', finding: { resolution: 'ADOPTED' } },
      approvals: [{ way: 'POLICY', actor: { kind: 'SYSTEM', name: `policy v${version}` } }],
    });
  });
});
