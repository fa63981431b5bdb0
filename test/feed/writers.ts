import { setTimeout as sleep } from 'node:timers/promises';
import { applyChangeRequest } from '../../src/application/change/apply-change-request.js';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createChangeRequest } from '../../src/application/change/create-change-request.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { World } from '../support/world.js';
import { must } from '../support/world.js';

/** A field for each writer, so that they edit the same SKUs at the same time and none of them is in conflict. */
const FIELDS: ((round: number) => Record<string, Json>)[] = [
  (round) => ({ title: `Title ${round}` }),
  (round) => ({ price: `${10 + round}.00` }),
  (round) => ({ cost: `${1 + round}.50` }),
  (round) => ({ hsCode: String(100_000 + round) }),
  (round) => ({ taxCode: `T${round}` }),
  (round) => ({ unitOfMeasure: `U${round}` }),
  (round) => ({ weight: { value: String(100 + round), unit: 'GRAMS' } }),
  (round) => ({ countryOfOrigin: ['AT', 'BE', 'DE', 'ES', 'FR', 'IT', 'NL', 'PL', 'PT', 'SE'][round % 10] ?? 'GB' }),
];

export const WRITERS = FIELDS.length;
const SHARED = ['shared-1', 'shared-2', 'shared-3'];
const LONG_MS = 400;

class OnPurpose extends Error {}

/** Products have the code up to the last dash. */
export function productOf(code: string): string {
  return code.slice(0, code.lastIndexOf('-'));
}

function productWith(handle: string, skus: number): ChangeDraft[] {
  const create: ChangeDraft = {
    kind: 'productCreate',
    input: { handle, fields: { title: handle, optionNames: ['Size'] } },
  };
  const variants = Array.from({ length: skus }, (_, index): ChangeDraft => {
    const optionValues = [{ name: 'Size', value: String(index) }];
    return {
      kind: 'skuCreate',
      input: { code: `${handle}-${index}`, product: handle, fields: { title: 't', optionValues } },
    };
  });
  return [create, ...variants];
}

/** Creates what all writers edit. */
export async function prepare(world: World): Promise<void> {
  for (const handle of SHARED) await applyHeld(world, productWith(handle, 2), 0, false);
}

/**
 * One of eight writers: requests through the real path, approved by right of Ada, in transactions of its own. Some edit
 * SKUs that the others edit too, some are kept open for long after they have appended, some are rolled back then.
 */
export async function write(world: World, writer: number, rounds: number): Promise<void> {
  const field = FIELDS[writer];
  if (!field) throw new Error(`there are ${WRITERS} writers`);
  for (let round = 1; round <= rounds; round += 1) {
    const isLong = (round + writer) % 5 === 0;
    const isRolledBack = (round + writer) % 4 === 0;
    await applyHeld(world, productWith(`w${writer}-${round}`, 3), isLong ? LONG_MS : 2 * writer, isRolledBack);
    const product = SHARED[(round + writer) % SHARED.length] ?? '';
    const edits = [0, 1].map((index): ChangeDraft => {
      return { kind: 'skuUpdate', input: { code: `${product}-${index}`, baseRevision: null, fields: field(round) } };
    });
    await applyHeld(world, edits, 0, (round + writer) % 6 === 0);
  }
}

/** Applies changes in a transaction that is kept open for `holdMs` afterwards, and rolled back then if asked. */
async function applyHeld(world: World, changes: ChangeDraft[], holdMs: number, rollBack: boolean): Promise<void> {
  const { ports, people } = world;
  const draft = { title: 't', reason: null, idempotencyKey: null, changes };
  const { id } = must(await createChangeRequest(ports, people.mia, draft, false));
  const partyId = people.ada.actor.partyId ?? '';
  const work = ports.work.run(async (stores) => {
    const request = await stores.requests.lock(id);
    if (!request) throw new Error('the request is gone');
    const approvedBy = [...request.approvedBy, partyId];
    const result = await applyChangeRequest(ports, stores, { ...request, approvedBy });
    if (result !== 'APPLIED') throw new Error(`a request of the test is ${result}`);
    if (holdMs > 0) await sleep(holdMs);
    if (rollBack) throw new OnPurpose();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof OnPurpose)) throw error;
  });
}
