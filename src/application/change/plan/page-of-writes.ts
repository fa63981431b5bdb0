import type { PlannedWrite } from '../../../domain/change/plan/write-plan.js';
import { recordOrder } from '../../../domain/change/plan/write-plan.js';
import type { RecordEntity } from '../../../domain/publishing/system.js';
import type { Page, PageRequest } from '../../ports/page.js';
import { BadCursor, PAGE_LIMIT } from '../../ports/page.js';

type Place = Pick<PlannedWrite, 'system' | 'entity' | 'target'>;

/** A page of a plan's writes; a cursor is the record that it stands on, so that pages stay right while the plan moves. */
export function pageOfWrites(writes: readonly PlannedWrite[], { first, after }: PageRequest): Page<PlannedWrite> {
  const place = after === null ? null : placeOf(after);
  const start = place === null ? 0 : writes.findIndex((write) => recordOrder(write, place) > 0);
  const from = start < 0 ? writes.length : start;
  const page = writes.slice(from, from + Math.min(first, PAGE_LIMIT));
  return {
    items: page.map((node) => ({ cursor: cursorOf(node), node })),
    hasNextPage: from + page.length < writes.length,
    hasPreviousPage: from > 0,
    totalCount: () => Promise.resolve(writes.length),
  };
}

function cursorOf({ system, entity, target }: Place): string {
  return Buffer.from(JSON.stringify(['plan', system, entity, target])).toString('base64url');
}

/** @throws BadCursor for text that `cursorOf` did not make. */
function placeOf(cursor: string): Place {
  const [list, system, entity, target, ...rest] = partsOf(cursor);
  const isEntity = (value: unknown): value is RecordEntity => value === 'SKU' || value === 'PRODUCT';
  if (list !== 'plan' || typeof system !== 'string' || !isEntity(entity) || typeof target !== 'string' || rest.length)
    throw new BadCursor();
  return { system, entity, target };
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    throw new BadCursor();
  }
}
