import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { setParty } from '../../src/application/ownership/set-party.js';
import type { FindingView } from '../../src/application/ports/operations-reader.js';
import { setSourceOfTruth } from '../../src/application/truth/set-source-of-truth.js';
import { signSourceOfTruth } from '../../src/application/truth/sign-source-of-truth.js';
import type { Caller } from '../../src/domain/actor.js';
import type { FieldRule } from '../../src/domain/drift/source-of-truth.js';
import { ruleOf } from '../../src/domain/drift/source-of-truth.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { startScan } from '../../src/application/drift/scan/start-scan.js';
import type { World } from '../support/world.js';
import { buildWorld, codesOf, control, HOST, importBaseline, must, scansDone, until } from '../support/world.js';

const PAGE = { first: 100, after: null };
const CSV = `Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item,Variant Barcode,Status
${['A', 'B', 'C', 'D'].map((code, at) => `p-${code},Product ${code},V,Title,Default Title,${code},10.00,4.00,952047110${at}00${[5, 2, 9, 6][at]},active`).join('\n')}
`;
const as = { kind: 'staff', name: 'Sam' };

describe('which system owns which field', () => {
  let world: World;
  let bo: Caller;
  beforeAll(async () => {
    world = await buildWorld();
    await control(world.sandbox.shopify.url, 'fill', CSV);
    await control(world.sandbox.erp.url, 'fill', CSV);
    await importBaseline(world, CSV);
    const party = { code: 'bo', kind: 'USER' as const, name: 'bo', email: null, active: true, members: null };
    const { id } = must(await setParty(world.ports, HOST, party));
    const key = { name: 'bo', party: 'bo', roles: ['ADMIN' as const], expiresAt: null };
    const { keyId } = must(await createApiKey(world.ports, HOST, key));
    bo = { actor: { kind: 'API_KEY', id: keyId, name: 'bo', partyId: id }, roles: ['ADMIN'] };
  });
  afterAll(() => world.close());

  const rule = (field: string, over: Partial<FieldRule>): FieldRule => {
    return { field, owner: 'MASTER', onDrift: 'FLAG', severity: 'MEDIUM', tolerance: null, ...over };
  };
  const set = (...rules: FieldRule[]): ReturnType<typeof setSourceOfTruth> =>
    setSourceOfTruth(world.ports, world.people.alex, { rules, reason: 'the house decided so' });
  const update = (code: string, fields: object): ChangeDraft => {
    return { kind: 'skuUpdate', input: { code, baseRevision: null, fields } };
  };
  const propose = (...changes: ChangeDraft[]): ReturnType<typeof createChangeRequest> => {
    const draft = { title: 'a change', reason: null, idempotencyKey: null, changes };
    return createChangeRequest(world.ports, world.people.mia, draft, false);
  };
  const skuOf = async (code: string): Promise<Sku> => {
    const found = await world.ports.catalog.skuByCode(code);
    if (!found) throw new Error(`no SKU ${code}`);
    return found;
  };
  const findings = async (target: string): Promise<FindingView[]> =>
    (await world.ports.operations.findings(PAGE, { target })).items.map(({ node }) => node);
  const editErp = async (code: string, values: object): Promise<void> => {
    await control(world.sandbox.erp.url, 'edit', { as, code, set: values });
    await startScan(world.ports, world.people.oli, 'erp', 'FULL');
    await scansDone(world);
  };
  const inShopify = async (sku: string): Promise<string> =>
    JSON.stringify(await (await fetch(`${world.sandbox.shopify.url}/control/products?sku=${sku}`)).json());

  it('is the default until somebody sets it: nobody has signed it, and the only ERP owns the cost', async () => {
    const policy = await world.ports.truth.version(null);
    expect(policy).toMatchObject({ version: 0, setBy: null, signOffs: [] });
    expect(ruleOf(policy?.rules ?? [], 'cost')?.owner).toBe('erp');
  });

  it('refuses a request that changes what another system owns, with the place, and takes the rest of its kind', async () => {
    const outcome = await propose(update('A', { cost: '5.00', price: '11.00' }), update('B', { cost: '6.00' }));
    expect(outcome).toMatchObject({
      ok: false,
      problems: [
        { code: 'FIELD_OWNED_ELSEWHERE', field: ['changes', '0', 'skuUpdate', 'fields', 'cost'] },
        { code: 'FIELD_OWNED_ELSEWHERE', field: ['changes', '1', 'skuUpdate', 'fields', 'cost'] },
      ],
    });
    expect((await propose(update('A', { cost: '4.00', price: '11.00' }))).ok).toBe(true);
  });

  it('takes the cost that the ERP says into the master, without a finding, and on to the shop', async () => {
    await editErp('B', { cost: '7.25' });
    await until('the cost', async () => (await skuOf('B')).cost === '7.25');
    expect(await findings('B')).toEqual([]);
    await until('the shop', async () => (await inShopify('B')).includes('"7.25"'));
    const { items } = await world.ports.changes.requests(PAGE, { states: null, awaitingParty: null, target: null });
    const taken = items.map(({ node }) => node).find(({ title }) => title.includes('erp owns'));
    expect(taken).toMatchObject({
      state: 'APPLIED',
      author: { kind: 'SYSTEM' },
      reason: expect.stringContaining('version 0'),
    });
    // What the shop shows meanwhile is our own doing.
    await startScan(world.ports, world.people.oli, 'shopify', 'FULL');
    await scansDone(world);
    expect(await findings('B')).toEqual([]);
  });

  it('finds as drift what a system shows that does not own the field', async () => {
    await control(world.sandbox.shopify.url, 'edit', { as, sku: 'C', set: { cost: '1.00' } });
    await startScan(world.ports, world.people.oli, 'shopify', 'FULL');
    await scansDone(world);
    const [finding] = await until('a finding', async () => {
      const found = await findings('C');
      return found.length > 0 && found;
    });
    expect(finding).toMatchObject({ field: 'cost', expected: '4.00', found: '1.00' });
    expect((await skuOf('C')).cost).toBe('4.00');
  });

  it('keeps a version only of what another one is, and tells which rule does not hold', async () => {
    const bad = await set(rule('gtin', { owner: 'nobody-we-know' }), rule('compareAtPrice', { owner: 'erp' }));
    expect(bad).toMatchObject({
      ok: false,
      problems: [
        { code: 'SYSTEM_UNKNOWN', field: ['rules', '0', 'owner'] },
        { code: 'INVALID_FORMAT', field: ['rules', '1', 'owner'] },
      ],
    });
    expect(codesOf(await setSourceOfTruth(world.ports, world.people.alex, { rules: [], reason: ' ' }))).toEqual([
      'REQUIRED',
      'REASON_TOO_SHORT',
    ]);
    expect(must(await set(rule('gtin', { owner: 'erp' }))).version).toBe(1);
    expect(must(await set(rule('gtin', { owner: 'erp' }))).version).toBe(1);
    expect(ruleOf((await world.ports.truth.acting()).rules, 'cost')?.owner).toBe('erp');
  });

  it('puts on record as a finding what the owner says and the master does not take, and keeps nothing else back', async () => {
    const taken = (await skuOf('A')).gtin;
    await control(world.sandbox.erp.url, 'edit', { as, code: 'C', set: { cost: '8.00' } });
    await editErp('D', { gtin: taken });
    await until('the cost', async () => (await skuOf('C')).cost === '8.00');
    const [finding] = await until('a finding', async () => {
      const found = await findings('D');
      return found.length > 0 && found;
    });
    expect(finding).toMatchObject({ system: 'erp', field: 'gtin', found: taken, state: 'OPEN' });
    expect((await skuOf('D')).gtin).not.toBe(taken);
  });

  it('stands once another ADMIN has signed the version in force', async () => {
    const sign = (caller: Caller, version: number): ReturnType<typeof signSourceOfTruth> =>
      signSourceOfTruth(world.ports, caller, { version, comment: null });
    must(await set(rule('price', { onDrift: 'AUTO_REVERT', severity: 'HIGH' })));
    expect(codesOf(await sign(bo, 1))).toEqual(['WRONG_STATE']);
    expect(codesOf(await sign(bo, 99))).toEqual(['NOT_FOUND']);
    expect(codesOf(await sign(HOST, 2))).toEqual(['PARTY_REQUIRED']);
    const acts = async (): Promise<unknown> => ruleOf((await world.ports.truth.acting()).rules, 'price')?.onDrift;
    must(await sign(world.people.alex, 2));
    expect(await acts()).toBe('FLAG');
    must(await sign(bo, 2));
    expect(await acts()).toBe('AUTO_REVERT');
    expect((await world.ports.truth.version(2))?.signOffs.map(({ actor }) => actor.name)).toEqual(['alex', 'bo']);
    expect(await world.ports.truth.version(7)).toBeNull();
  });

  it('lets a request approved before go to CONFLICTED where a system owns its field by then', async () => {
    must(await set(rule('weight', { owner: 'MASTER', tolerance: '0.5' })));
    const { id } = must(await propose(update('A', { weight: { value: '300', unit: 'GRAMS' } })));
    must(await set(rule('weight', { owner: 'erp', tolerance: '0.5' })));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    expect(await world.ports.changes.requestById(id)).toMatchObject({ state: 'CONFLICTED' });
    expect((await skuOf('A')).weight).toBeNull();
  });
});
