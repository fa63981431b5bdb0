import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import { submitChangeRequest } from '../../src/application/change/submit-change-request.js';
import type { ChangeRequestView } from '../../src/application/ports/change-reader.js';
import { previewSetting, setSetting } from '../../src/application/settings/set-setting.js';
import type { AttributeDefinition } from '../../src/domain/attributes/definition.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Outcome } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { buildWorld, importBaseline, must, until } from '../support/world.js';

const CSV = `Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
boot,Boot,V,Shoes,Size,38,B-38,90.00,active
boot,,,,,39,B-39,90.00,active
bag,Bag,V,Bags,Size,S,G-S,40.00,active
clog,Clog,V,Shoes,Size,40,C-40,30.00,draft
`;
const MATERIAL: AttributeDefinition = { key: 'material', name: 'Material', type: 'ENUM', values: ['Leather', 'Wool'] };
const HEEL: AttributeDefinition = { key: 'heel_mm', name: 'Heel', type: 'NUMBER', unit: 'mm', productTypes: ['Shoes'] };
const NOTE: AttributeDefinition = { key: 'note', name: 'Note', type: 'TEXT' };

describe('attributes', () => {
  let world: World;

  beforeAll(async () => {
    world = await buildWorld();
    await importBaseline(world, CSV);
    must(await define(MATERIAL, HEEL, NOTE));
  });
  afterAll(() => world.close());

  const define = (...value: AttributeDefinition[]): ReturnType<typeof setSetting> =>
    setSetting(world.ports, world.people.alex, { key: 'attributes', value, reason: 'for the test' });
  const preview = async (...value: AttributeDefinition[]): Promise<string[]> =>
    (await previewSetting(world.ports, 'attributes', value)).effects.map(
      ({ code, count, examples }) => `${code} ${count}: ${examples.join(', ')}`,
    );
  const ofSku = (code: string, ...attributes: [string, Json][]): ChangeDraft => ({
    kind: 'skuUpdate',
    input: { code, baseRevision: null, fields: { attributes: attributes.map(([key, value]) => ({ key, value })) } },
  });
  const ofProduct = (handle: string, fields: object): ChangeDraft => ({
    kind: 'productUpdate',
    input: { handle, baseRevision: null, fields },
  });
  const request = (changes: ChangeDraft[], asDraft = false): Promise<Outcome<{ id: string }>> =>
    createChangeRequest(
      world.ports,
      world.people.mia,
      { title: 'Attributes', reason: null, idempotencyKey: null, changes },
      asDraft,
    );
  const told = (outcome: Outcome<unknown>): string[] =>
    outcome.ok ? [] : outcome.problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
  const view = async (id: string): Promise<ChangeRequestView> => {
    const found = await world.ports.changes.requestById(id);
    if (!found) throw new Error('no such request');
    return found;
  };
  const apply = async (...changes: ChangeDraft[]): Promise<string> => {
    const { id } = must(await request(changes));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    return (await view(id)).state;
  };
  const attributesOf = async (code: string): Promise<unknown> =>
    (await world.ports.catalog.skuByCode(code))?.attributes;

  it('are kept in canonical form, and refused under their own places, all at once', async () => {
    const changes = [
      ofSku('B-38', ['material', ' Leather '], ['heel_mm', '045.0'], ['note', 'Hand-made']),
      ofSku('G-S', ['material', 'Wool']),
      ofProduct('boot', { attributes: [{ key: 'note', value: 'From the product' }] }),
    ];
    expect(await apply(...changes)).toBe('APPLIED');
    expect(await attributesOf('B-38')).toEqual({ material: 'Leather', heel_mm: '45', note: 'Hand-made' });
    const bad = [
      ofSku('B-39', ['note', 'fine'], ['heel_mm', 4.5], ['color', 'red']),
      ofProduct('bag', { attributes: [{ key: 'material', value: 'Silk' }] }),
    ];
    expect(told(await request(bad))).toEqual([
      'INVALID_FORMAT changes.0.skuUpdate.fields.attributes.1.value',
      'ATTRIBUTE_UNKNOWN changes.0.skuUpdate.fields.attributes.2.key',
      'INVALID_FORMAT changes.1.productUpdate.attributes.0.value',
    ]);
    // What only the product tells keeps its place in the caller's list, too.
    expect(told(await request([ofSku('G-S', ['note', 'x'], ['material', null], ['heel_mm', '5'])]))).toEqual([
      'ATTRIBUTE_NOT_APPLICABLE changes.0.skuUpdate.fields.attributes.2.key',
    ]);
    expect(told(await request([ofProduct('boot', { productType: 'Bags' })]))).toEqual([
      'ATTRIBUTE_NOT_APPLICABLE changes.0.productUpdate.productType',
    ]);
  });

  it('keep their definitions from losing what is there, with counts and examples', async () => {
    expect(await preview(HEEL, NOTE)).toEqual(['WOULD_LOSE_DATA 2: B-38, G-S']);
    expect(told(await define(HEEL, NOTE))).toEqual(['WOULD_LOSE_DATA value']);
    expect(told(await define({ ...MATERIAL, values: ['Wool'] }, HEEL, NOTE))).toEqual([
      'WOULD_LOSE_DATA value.0.values',
    ]);
    expect(told(await define(MATERIAL, { ...HEEL, type: 'DATE', unit: undefined }, NOTE))).toEqual([
      'WOULD_LOSE_DATA value.1.type',
    ]);
    expect(told(await define(MATERIAL, { ...HEEL, productTypes: ['Sandals'] }, NOTE))).toEqual([
      'WOULD_LOSE_DATA value.1.productTypes',
    ]);
    expect(await preview(MATERIAL, HEEL, { ...NOTE, type: 'NUMBER' })).toEqual(['WOULD_LOSE_DATA 2: B-38, boot']);
    expect((await world.ports.settings.current()).attributes).toEqual([MATERIAL, HEEL, NOTE]);
  });

  it('may be widened and required, which is told; what is there stays, and cannot lose what it has', async () => {
    const wider = { ...HEEL, productTypes: ['Shoes', 'Bags'] };
    expect(await preview(MATERIAL, wider, NOTE)).toEqual(['APPLIES_TO_MORE 1: G-S']);
    const required: AttributeDefinition = { ...MATERIAL, requiredFrom: 'ACTIVE' };
    expect(await preview(required, HEEL, NOTE)).toEqual(['NOW_REQUIRED 1: B-39']);
    // The product's value counts for all its SKUs; DRAFT asks for nothing.
    expect(await preview(MATERIAL, HEEL, { ...NOTE, requiredFrom: 'PRELAUNCH' })).toEqual(['NOW_REQUIRED 1: G-S']);
    must(await define(required, HEEL, NOTE));
    expect(await apply(ofSku('B-39', ['note', 'still without a material']))).toBe('APPLIED');
    expect(told(await request([ofSku('B-38', ['material', null])]))).toEqual([
      'GATE_UNSATISFIED changes.0.skuUpdate.fields.attributes',
    ]);
    must(await define(MATERIAL, HEEL, NOTE));
  });

  it('are judged anew by the definitions of the moment at which a request is applied', async () => {
    const { id } = must(await request([ofSku('B-39', ['material', 'Wool'])]));
    const clear = ofSku('G-S', ['material', null]);
    expect(await apply(clear)).toBe('APPLIED');
    must(await define({ ...MATERIAL, values: ['Leather', 'Silk'] }, HEEL, NOTE));
    must(await approveChangeRequest(world.ports, world.people.ada, id, null));
    const after = await view(id);
    expect([after.state, after.problems.map(({ code, field }) => `${code} ${field?.join('.')}`)]).toEqual([
      'CONFLICTED',
      ['INVALID_FORMAT changes.0.skuUpdate.fields.attributes.material.value'],
    ]);
    expect(await attributesOf('B-39')).not.toHaveProperty('material');
    must(await define(MATERIAL, HEEL, NOTE));
  });

  it('of a draft are told when it is submitted, under the key that stands in it', async () => {
    const { id } = must(await request([ofSku('C-40', ['heel_mm', '30'])], true));
    must(await define(MATERIAL, NOTE, { ...HEEL, type: 'NUMBER', productTypes: ['Shoes', 'Boots'] }));
    must(await submitChangeRequest(world.ports, world.people.mia, id));
    const other = must(await request([ofSku('C-40', ['note', 'soon gone'])], true));
    const cleared = [
      ofSku('B-38', ['note', null]),
      ofSku('B-39', ['note', null]),
      ofProduct('boot', { attributes: null }),
    ];
    expect(await apply(...cleared)).toBe('APPLIED');
    must(await define(MATERIAL, HEEL));
    expect(told(await submitChangeRequest(world.ports, world.people.mia, other.id))).toEqual([
      'ATTRIBUTE_UNKNOWN changes.0.skuUpdate.fields.attributes.note.key',
    ]);
    must(await define(MATERIAL, HEEL, NOTE));
  });

  it('are never lost between a request that applies and a definition that changes at the same moment', async () => {
    const { id } = must(await request([ofSku('B-39', ['material', 'Wool'])]));
    // Somebody holds the product, so that the apply has read the settings and waits.
    const holder = new Client(world.ownerUrl);
    await holder.connect();
    try {
      await holder.query(`begin; select id from product where handle = 'boot' for update`);
      const applying = approveChangeRequest(world.ports, world.people.ada, id, null);
      await until('the apply to wait for the product', () => waiting(holder, 'tuple', 'transactionid'));
      const changing = define({ ...MATERIAL, values: ['Leather'] }, HEEL, NOTE);
      await until('the setting to wait for the apply', () => waiting(holder, 'advisory'));
      await holder.query('commit');
      must(await applying);
      expect((await view(id)).state).toBe('APPLIED');
      expect(told(await changing)).toEqual(['WOULD_LOSE_DATA value.0.values']);
      expect(await attributesOf('B-39')).toMatchObject({ material: 'Wool' });
    } finally {
      await holder.end();
    }
  });
});

async function waiting(client: Client, ...types: string[]): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where a.datname = current_database() and not l.granted and l.locktype = any($1)`,
    [types],
  );
  return (rowCount ?? 0) > 0;
}
