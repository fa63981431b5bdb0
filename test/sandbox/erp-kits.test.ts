import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { at, CATALOG, control, erp, listAt, textAt } from './sandbox-client.js';

const [KIT, A, B, C] = ['KIT-1', 'FH-RWO-S-SLT', 'FH-RWO-M-MOS', 'FH-EKT-SLT'];
const STAFF = { kind: 'staff', name: 'Ines' };

let sandbox: Sandbox;
let keys: number;
beforeEach(async () => {
  keys = 0;
  sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
  await control(sandbox.erp.url, 'POST', 'fill', CATALOG);
});
afterEach(() => sandbox.close());

type Answer = Awaited<ReturnType<typeof erp>>;

/** Makes the item, or changes it as it was just read. */
async function put(code: string, body: object): Promise<Answer> {
  const { etag } = await erp(sandbox, 'GET', `/items/${code}`);
  keys += 1;
  const condition: Record<string, string> = etag === null ? { 'if-none-match': '*' } : { 'if-match': etag };
  return erp(sandbox, 'PUT', `/items/${code}`, { ...condition, 'idempotency-key': `k${keys}` }, body);
}

const kit = (...components: unknown[]): Promise<Answer> => put(KIT, { name: 'Gift set', components });
const componentsOf = async (code: string): Promise<unknown> =>
  at((await erp(sandbox, 'GET', `/items/${code}`)).body, 'components');

describe('a kit', () => {
  it('is made of other items, in amounts that the ERP writes its own way', async () => {
    const made = await kit({ code: A, quantity: '2' }, { code: B, quantity: '0.50' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        components: [
          { code: A, quantity: '2.000' },
          { code: B, quantity: '0.500' },
        ],
      },
    });
    expect(await componentsOf(KIT)).toEqual(at(made.body, 'components'));
    const { body } = await erp(sandbox, 'GET', '/items?limit=500');
    const listed = listAt(body, 'items').filter((item) => listAt(item, 'components').length > 0);
    expect(listed).toEqual([made.body]);
    expect(await componentsOf(A)).toEqual([]);
  });

  it('has its list replaced when one is given, kept when not, and cleared by null or []', async () => {
    const made = await kit({ code: A, quantity: '2' }, { code: B, quantity: '1' });
    const renamed = await put(KIT, { name: 'Gift box' });
    expect(at(renamed.body, 'components')).toEqual(at(made.body, 'components'));
    const replaced = await put(KIT, { components: [{ code: C, quantity: '3' }] });
    expect(at(replaced.body, 'components')).toEqual([{ code: C, quantity: '3.000' }]);
    expect(new Set([made.etag, renamed.etag, replaced.etag]).size).toBe(3);
    expect(at((await put(KIT, { components: null })).body, 'components')).toEqual([]);
    await kit({ code: A, quantity: '1' });
    expect(at((await put(KIT, { components: [] })).body, 'components')).toEqual([]);
  });

  it.each([
    ['an unknown code', [{ code: 'nope', quantity: '1' }], '/components/0/code'],
    ['itself', [{ code: KIT, quantity: '1' }], '/components/0/code'],
    [
      'one code twice',
      [
        { code: A, quantity: '1' },
        { code: A, quantity: '2' },
      ],
      '/components/1/code',
    ],
    ['none of it', [{ code: A, quantity: '0' }], '/components/0/quantity'],
    ['less than none', [{ code: A, quantity: '-1' }], '/components/0/quantity'],
    ['a number', [{ code: A, quantity: 1 }], '/components/0/quantity'],
    ['an exponent', [{ code: A, quantity: '1e3' }], '/components/0/quantity'],
    ['five places', [{ code: A, quantity: '0.00001' }], '/components/0/quantity'],
    ['no amount', [{ code: A }], '/components/0/quantity'],
    ['more than code and quantity', [{ code: A, quantity: '1', unit: 'kg' }], '/components/0'],
    ['no object', ['x'], '/components/0'],
    ['no list', 'x', '/components'],
  ])('of %s is refused', async (_, components, pointer) => {
    const answer = await put(KIT, { name: 'Gift set', components });
    expect([answer.status, answer.type]).toEqual([422, 'application/problem+json']);
    expect(listAt(answer.body, 'errors').map((error) => at(error, 'pointer'))).toEqual([pointer]);
    expect((await erp(sandbox, 'GET', `/items/${KIT}`)).status).toBe(404);
  });

  it('names everything that is wrong with it at once', async () => {
    const answer = await kit({ code: 'nope', quantity: '0' }, { code: A, quantity: '1' }, { code: A, quantity: 'x' });
    expect(listAt(answer.body, 'errors').map((error) => at(error, 'pointer'))).toEqual([
      '/components/0/code',
      '/components/0/quantity',
      '/components/2/code',
      '/components/2/quantity',
    ]);
  });

  it('holds no kit, and is in none', async () => {
    await kit({ code: A, quantity: '2' });
    const outer = await put('KIT-2', { name: 'Set of sets', components: [{ code: KIT, quantity: '1' }] });
    expect(at(outer.body, 'errors.0.pointer')).toBe('/components/0/code');
    const inner = await put(A, { components: [{ code: B, quantity: '1' }] });
    expect(inner).toMatchObject({ status: 422, body: { errors: [{ pointer: '/components' }] } });
    // Once the kit is taken apart, nothing stands in the way.
    await put(KIT, { components: null });
    expect((await put(A, { components: [{ code: B, quantity: '1' }] })).status).toBe(200);
  });
});

describe('a user of the ERP', () => {
  it('changes a kit under their own name', async () => {
    const made = await kit({ code: A, quantity: '2' });
    const set = { components: [{ code: A, quantity: '3' }] };
    await control(sandbox.erp.url, 'POST', 'edit', { as: STAFF, code: KIT, set });
    const read = await erp(sandbox, 'GET', `/items/${KIT}`);
    expect(read.body).toMatchObject({ components: [{ code: A, quantity: '3.000' }], updatedBy: 'Ines' });
    expect(read.etag).not.toBe(made.etag);
    expect(Date.parse(textAt(read.body, 'updatedAt'))).toBeGreaterThanOrEqual(
      Date.parse(textAt(made.body, 'updatedAt')),
    );
    const wrong = { components: [{ code: 'nope', quantity: '3' }] };
    await expect(control(sandbox.erp.url, 'POST', 'edit', { as: STAFF, code: KIT, set: wrong })).rejects.toThrow('400');
  });

  it('deletes a kit, but no component of one', async () => {
    await kit({ code: A, quantity: '2' });
    await expect(control(sandbox.erp.url, 'POST', 'delete', { code: A })).rejects.toThrow('409');
    await control(sandbox.erp.url, 'POST', 'delete', { code: KIT });
    await control(sandbox.erp.url, 'POST', 'delete', { code: A });
    expect((await erp(sandbox, 'GET', `/items/${A}`)).status).toBe(404);
  });
});
