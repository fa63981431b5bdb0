import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { adoptFindings } from '../../src/application/drift/adopt-findings.js';
import { handleWebhooks } from '../../src/application/drift/handle-webhooks.js';
import { waiveFindings } from '../../src/application/drift/resolve/waive-findings.js';
import { revertFindings } from '../../src/application/drift/revert-findings.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { control, must } from '../support/world.js';
import { codeOf, ScanKit } from './scan-kit.js';

const REASON = 'the house decided so';
const DAY = 86_400_000;

describe('what nobody looks at for a while', () => {
  let kit: ScanKit;
  beforeAll(async () => {
    kit = await ScanKit.open(20);
    for (const system of ['shopify', 'erp']) await kit.scan(system);
  }, 120_000);
  afterAll(() => kit.world.close());

  const rule = async (over: Partial<FieldRule>): Promise<void> => {
    const whole = { field: 'gtin', owner: 'MASTER', onDrift: 'FLAG', severity: 'MEDIUM', tolerance: null } as const;
    const rules = [{ ...whole, ...over }];
    must(await setSourceOfTruth(kit.world.ports, kit.world.people.alex, { rules, reason: REASON }));
  };
  const change = async (...changes: ChangeDraft[]): Promise<void> => {
    const { ports, people } = kit.world;
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
    must(await approveChangeRequest(ports, people.ada, id, null));
  };
  const list = (code: string, ...listedIn: string[]): Promise<void> =>
    change({ kind: 'skuUpdate', input: { code, baseRevision: null, fields: { listedIn } } });
  const findings = (target: string): Promise<{ id: string; kind: string; ended: string }[]> =>
    kit.sql(
      `select id, kind, concat_ws(' ', state, resolution, resolved_by->>'name') as ended from finding where target = $1 order by kind`,
      [target],
    );
  const idsOf = async (target: string): Promise<string[]> => (await findings(target)).map(({ id }) => id);
  const revert = async (ids: string[]): Promise<void> =>
    void must(await revertFindings(kit.world.ports, kit.world.people.oli, { ids, note: null, confirm: false }));
  const itemsOf = async (code: string): Promise<unknown[]> => {
    const answer = await fetch(`${kit.world.sandbox.erp.url}/control/items?code=${code}`);
    return ((await answer.json()) as { items: unknown[] }).items;
  };

  it('is found by the next full scan once a rule no longer ignores it, however often it was told unchanged', async () => {
    await rule({ onDrift: 'IGNORE' });
    await kit.editItem(codeOf(1), { gtin: '4006381333931' });
    for (let round = 0; round < 2; round += 1) await kit.scan('erp');
    expect(await kit.scan('erp')).toMatchObject({ skusCompared: 0, findingsOpened: 0 });
    await rule({ onDrift: 'FLAG' });
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 1 });
    expect(await kit.open()).toEqual([`erp FIELD ${codeOf(1)} gtin OPEN`]);
  });

  it('ends as superseded where a rule says that nobody governs it any more', async () => {
    await rule({ owner: 'NONE' });
    await kit.scan('erp');
    expect(await findings(codeOf(1))).toMatchObject([{ ended: 'RESOLVED SUPERSEDED observer' }]);
    await rule({});
    await kit.scan('erp');
    expect(await kit.open()).toEqual([`erp FIELD ${codeOf(1)} gtin OPEN`]);
    // The publisher reads before it writes, and says the same.
    await rule({ owner: 'NONE' });
    await change({ kind: 'skuUpdate', input: { code: codeOf(1), baseRevision: null, fields: { price: '20.00' } } });
    await kit.publish('erp', 'shopify');
    expect(await findings(codeOf(1))).toMatchObject([{ ended: 'RESOLVED SUPERSEDED observer' }]);
    await rule({});
    await kit.editItem(codeOf(1), { gtin: null });
    await kit.scan('erp');
    expect(await kit.open()).toEqual([]);
  });

  it('ends as adopted by the matrix where a rule says that it is right there, whoever had asked for its revert', async () => {
    const code = codeOf(2);
    await kit.editItem(code, { gtin: '4006381333948' });
    await kit.scan('erp');
    await revert(await idsOf(code));
    await rule({ owner: 'erp' });
    for (let round = 0; round < 2; round += 1) await kit.scan('erp');
    expect((await kit.world.ports.catalog.skuByCode(code))?.gtin).toBe('4006381333948');
    const { version } = await kit.world.ports.truth.acting();
    expect(await findings(code)).toMatchObject([{ ended: `RESOLVED ADOPTED policy v${version}` }]);
    await rule({});
  });

  it('is missed once it is wanted there, though it went while nobody wanted it', async () => {
    const code = codeOf(5);
    await list(code, 'shopify');
    await kit.publish('erp', 'shopify');
    await kit.deleteItem(code);
    await kit.scan('erp');
    expect(await findings(code)).toEqual([]);
    await list(code, 'shopify', 'erp');
    await kit.publish('erp', 'shopify');
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 1 });
    expect(await findings(code)).toMatchObject([{ kind: 'MISSING', ended: 'OPEN' }]);
    await revert(await idsOf(code));
    await kit.publish('erp');
    expect(await itemsOf(code)).toHaveLength(1);
    expect(await findings(code)).toMatchObject([{ ended: 'RESOLVED REVERTED oli' }]);
  });

  it('is not created by a revert that a waiver has taken back', async () => {
    const code = codeOf(9);
    await kit.deleteItem(code);
    await kit.scan('erp');
    const ids = await idsOf(code);
    await revert(ids);
    const waiver = { ids, until: new Date(Date.now() + DAY), reason: REASON };
    must(await waiveFindings(kit.world.ports, kit.world.people.oli, waiver));
    await kit.publish('erp');
    expect(await itemsOf(code)).toEqual([]);
    expect(await findings(code)).toMatchObject([{ kind: 'MISSING', ended: 'WAIVED' }]);
    // A scan says so, too, and nothing else.
    expect(await kit.scan('erp')).toMatchObject({ findingsOpened: 0, findingsResolved: 0 });
  });

  it('is not created by a revert that an adoption has taken back', async () => {
    const code = codeOf(13);
    await change({ kind: 'skuTransition', input: { code, to: 'PHASE_OUT' } });
    await kit.publish('erp', 'shopify');
    await kit.deleteItem(code);
    await kit.scan('erp');
    const ids = await idsOf(code);
    await revert(ids);
    must(await adoptFindings(kit.world.ports, kit.world.people.mia, { ids, reason: REASON }));
    await kit.publish('erp');
    expect(await itemsOf(code)).toEqual([]);
    expect(await findings(code)).toMatchObject([{ kind: 'MISSING', ended: 'OPEN' }]);
  });

  it('is missed no longer as soon as a revert finds it there, and ends by whoever asked', async () => {
    const code = codeOf(17);
    await kit.deleteItem(code);
    await kit.scan('erp');
    const again = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\nagain,Again,V,Title,Default Title,${code},12.00,active\n`;
    await control(kit.world.sandbox.erp.url, 'fill', again);
    await revert(await idsOf(code));
    await kit.publish('erp');
    expect((await findings(code)).find(({ kind }) => kind === 'MISSING')).toMatchObject({
      ended: 'RESOLVED REVERTED oli',
    });
  });

  it('is over where it went from a system that nobody wants it in, whatever had been found on it', async () => {
    const code = codeOf(40);
    for (const to of ['PHASE_OUT', 'RETIRED'] as const) await change({ kind: 'skuTransition', input: { code, to } });
    await kit.publish('erp', 'shopify');
    await kit.editItem(code, { active: true, salable: true });
    await kit.scan('erp');
    expect(await findings(code)).toMatchObject([{ kind: 'LIFECYCLE', ended: 'OPEN' }]);
    await kit.deleteItem(code);
    await kit.scan('erp');
    expect(await findings(code)).toMatchObject([{ kind: 'LIFECYCLE', ended: 'RESOLVED SUPERSEDED observer' }]);
  });

  it('is not gone because we may not see it any more: what a webhook names waits until we may', async () => {
    const { ports, sandbox } = kit.world;
    const [record] = await kit.sql<{ root_id: string }>(
      `select r.root_id from record r join sku s on s.id = r.sku_id where r.system = 'shopify' and s.code = $1`,
      [codeOf(50)],
    );
    const root = { externalId: record?.root_id ?? '', code: null };
    const hook = { id: ports.newId(), system: 'shopify', topic: 'products/update', root, headers: {} };
    await ports.observations.storeWebhook({ ...hook, body: Buffer.from('{}') });
    await kit.editVariant(codeOf(50), { price: '9.99' });
    const { scopes } = (await control(sandbox.shopify.url, 'account', {})) as { scopes: string[] };
    await control(sandbox.shopify.url, 'account', { scopes: ['write_inventory'] });
    await handleWebhooks(ports, 'shopify');
    expect((await kit.open()).filter((line) => line.startsWith('shopify MISSING'))).toEqual([]);
    expect(await ports.observations.systemsWithWebhooks()).toEqual(['shopify']);
    await control(sandbox.shopify.url, 'account', { scopes });
    await handleWebhooks(ports, 'shopify');
    expect(await ports.observations.systemsWithWebhooks()).toEqual([]);
    expect(await kit.open()).toContain(`shopify FIELD ${codeOf(50)} price OPEN`);
  });

  it('is one code twice however it is written there, and one finding whoever of them writes it so', async () => {
    const wide = (code: string): string =>
      code.replace(/[!-~]/g, (each) => String.fromCharCode(each.charCodeAt(0) + 0xfee0));
    await kit.editVariant(codeOf(30), { sku: wide(codeOf(31)) });
    for (const at of [34, 35]) await kit.editVariant(codeOf(at), { sku: wide('NEW-1') });
    await kit.scan('shopify');
    const twice = await kit.sql<{ identity: string }>(
      `select identity from finding where kind = 'DUPLICATE' order by 1`,
    );
    const codes = ['new-1', codeOf(31).toLowerCase()];
    expect(twice.map(({ identity }) => identity)).toEqual(codes.map((code) => `code:${code}|DUPLICATE`));
  });
});
