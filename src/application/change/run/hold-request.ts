import type { ChangeSet, World } from '../../../domain/change/draft.js';
import type { FreezeWindow } from '../../../domain/settings/freeze-windows-setting.js';
import { endOf, windowOver, windowsOn } from '../../../domain/settings/freeze-windows-setting.js';
import type { Problem } from '../../../domain/problem.js';
import { problem } from '../../../domain/problem.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Stores } from '../../ports/unit-of-work.js';

/**
 * Lets an approved request wait where it may not be applied yet: until its effective time, or until the freeze window
 * that is on then, or now, over what it would reach has ended. A worker looks at it then, and judges everything anew.
 * @param planned against locked rows: no window can be set between this look and the end of the transaction.
 * @returns true when it waits.
 */
export async function holdRequest(
  stores: Stores,
  request: ChangeRequest,
  planned: { set: ChangeSet; world: World },
): Promise<boolean> {
  const { effectiveAt } = request;
  const window = await freezeOver(stores, planned, effectiveAt);
  const isEarly = effectiveAt !== null && effectiveAt > (await stores.now());
  const dueAt = window ? endOf(window) : isEarly ? effectiveAt : null;
  if (dueAt === null) return false;
  const blockedBy = window?.name ?? null;
  const frozen = window ? [problem('FROZEN', `held by ${told(window)}`)] : [];
  await stores.requests.update(request.id, {
    state: 'SCHEDULED',
    problems: [],
    conflicts: [],
    warnings: [...planned.set.warnings, ...frozen],
    waits: { dueAt, blockedBy },
  });
  await stores.wake.requestsDue(dueAt);
  if (request.state !== 'SCHEDULED' || request.blockedBy !== blockedBy) {
    const data = { dueAt: dueAt.toISOString(), blockedBy };
    await stores.audit([{ actor: request.author, type: 'CHANGE_REQUEST_SCHEDULED', subject: request.number, data }]);
  }
  return true;
}

/**
 * The window that is on over what a change set would reach at a moment, or now where that is past or not said; null where
 * nothing keeps it from being written then.
 */
export async function freezeOver(
  stores: Stores,
  { set, world }: { set: ChangeSet; world: World },
  effectiveAt: Date | null = null,
): Promise<FreezeWindow | null> {
  const { freezeWindows } = world.settings;
  if (freezeWindows.length === 0) return null;
  const now = await stores.now();
  const on = windowsOn(freezeWindows, effectiveAt !== null && effectiveAt > now ? effectiveAt : now);
  if (on.length === 0) return null;
  const isAnySystems = on.some(({ systems }) => systems !== undefined);
  return windowOver(on, isAnySystems ? await systemsReached(stores, set, world) : new Set());
}

/** Systems that something would be sent to: where SKUs are, are to be or were listed, and where records of them are. */
async function systemsReached(stores: Stores, { skus, products }: ChangeSet, world: World): Promise<Set<string>> {
  const listed = skus.flatMap(({ before, after }) =>
    after.state === 'DRAFT' && (before === null || before.state === 'DRAFT')
      ? []
      : [...after.listedIn, ...(before?.listedIn ?? [])],
  );
  const productIds = products.map(({ after }) => after.id);
  const siblings = productIds.flatMap((id) => world.siblings.get(id) ?? []);
  const around = siblings.flatMap(({ state, listedIn }) => (state === 'DRAFT' ? [] : listedIn));
  const composed = skus.filter(({ changes }) => changes.some(({ field }) => field === 'bundle'));
  const held = await stores.deliveries.holding({
    skuIds: skus.map(({ after }) => after.id),
    composedIds: composed.map(({ after }) => after.id),
    productIds,
  });
  const writable = new Set(world.writableSystems);
  return new Set([...listed, ...around, ...held].filter((system) => writable.has(system)));
}

/**
 * What whoever writes or approves should know beforehand: at the moment at which it could be applied, a freeze window will
 * be on over it. Nothing keeps it from being approved.
 */
export async function freezeForeseen(
  stores: Stores,
  planned: { set: ChangeSet; world: World },
  effectiveAt: Date | null,
): Promise<Problem[]> {
  const window = await freezeOver(stores, planned, effectiveAt);
  return window ? [problem('FROZEN', `once approved, it will be held by ${told(window)}`)] : [];
}

function told({ name, to, reason }: FreezeWindow): string {
  return `the freeze window ${name} until ${to}: ${reason}`;
}
