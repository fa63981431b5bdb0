import { approveChangeRequest } from '../../src/application/change/approve-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import type { Outcome } from '../../src/domain/problem.js';
import type { World } from '../support/world.js';
import { must } from '../support/world.js';
import { componentsText, lines } from '../support/bundle-lines.js';

export const product: ChangeDraft = {
  kind: 'productCreate',
  input: { handle: 'tea', fields: { title: 'Tea', vendor: 'V', optionNames: ['Size'] } },
};

/** A SKU with a product of its own: what locks a product does not lock its neighbours in the graph. */
export function createApart(code: string, what?: string | null): ChangeDraft[] {
  const made = create(code, what);
  if (made.kind !== 'skuCreate') throw new Error('no SKU');
  const fields = { title: code, vendor: 'V', optionNames: ['Size'] };
  return [
    { kind: 'productCreate', input: { handle: code, fields } },
    { ...made, input: { ...made.input, product: code } },
  ];
}

/** The same without anything to choose, as bundles usually are. */
export function createPlain(code: string, what?: string): ChangeDraft[] {
  const kind = what === undefined ? ('SIMPLE' as const) : ('BUNDLE' as const);
  const fields = { title: `The ${code}`, price: what === undefined ? '10.00' : '30.00', compareAtPrice: null };
  return [
    { kind: 'productCreate', input: { handle: code, fields: { title: `The ${code}`, vendor: 'V' } } },
    { kind: 'skuCreate', input: { code, kind, product: code, fields, bundle: what ? lines(what) : null } },
  ];
}

export function create(code: string, what?: string | null): ChangeDraft {
  const optionValues = [{ name: 'Size', value: code }];
  const fields = { title: code, optionValues, price: '10.00', cost: '4.00', weight: { value: '1', unit: 'GRAMS' } };
  const kind = what === undefined ? ('SIMPLE' as const) : ('BUNDLE' as const);
  return { kind: 'skuCreate', input: { code, kind, product: 'tea', fields, bundle: what ? lines(what) : null } };
}

export function set(code: string, what: string, effectiveFrom: Date | null = null): ChangeDraft {
  return { kind: 'bundleSet', input: { code, components: lines(what), effectiveFrom } };
}

export function move(code: string, to: LifecycleState): ChangeDraft {
  return { kind: 'skuTransition', input: { code, to } };
}

export async function propose(world: World, ...changes: ChangeDraft[]): Promise<Outcome<{ id: string }>> {
  const draft = { title: 't', reason: 'because', idempotencyKey: null, changes };
  return createChangeRequest(world.ports, world.people.mia, draft, false);
}

/** Proposes and approves; what became of it. */
export async function apply(world: World, ...changes: ChangeDraft[]): Promise<{ id: string; state: string }> {
  const { id } = must(await propose(world, ...changes));
  must(await approveChangeRequest(world.ports, world.people.ada, id, null));
  return { id, state: (await world.ports.changes.requestById(id))?.state ?? 'GONE' };
}

/** What each system showed of the bundle when it was last looked at: "1 a, 1 b". */
export async function shownOf(world: World, code: string): Promise<Record<string, string>> {
  const id = (await world.ports.catalog.skuByCode(code))?.id ?? '';
  const records = (await world.ports.operations.recordsOfSkus([id])).get(id) ?? [];
  return Object.fromEntries(records.map(({ system, observed }) => [system, componentsText(observed)]));
}
