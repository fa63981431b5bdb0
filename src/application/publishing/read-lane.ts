import { readable } from '../../domain/drift/readable.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import type { Connector } from '../ports/connector.js';
import type { Claim, LaneRecord } from '../ports/publishing-queue.js';

/** Roots in one call of a connector (its port's limit). */
const ROOTS = 250;

/** What a lane shows. */
export interface LaneReading {
  /** By record id; a record that is not there is absent. */
  found: Map<string, ObservedRecord>;
  /** There was something to ask the system for. */
  asked: boolean;
}

/**
 * What the system shows now for each record of a lane.
 * Records without a stored id are looked for before anything is created: a create whose answer was lost must not be
 * made twice, and a shop that has the code already is never doubled.
 */
export async function readLane(
  claim: Claim,
  records: readonly LaneRecord[],
  connector: Connector,
): Promise<LaneReading> {
  const found = new Map<string, ObservedRecord>();
  const roots = rootsOf(records);
  const readings = [];
  for (let from = 0; from < roots.length; from += ROOTS) {
    readings.push(...(await connector.readRoots(roots.slice(from, from + ROOTS))));
  }
  const shown = readings.flatMap((reading) => reading.records ?? []).map(readable);
  const byId = new Map(shown.map((each) => [`${each.entity}:${each.externalId}`, each]));
  for (const record of records) {
    const hit = record.externalId === null ? undefined : byId.get(`${record.entity}:${record.externalId}`);
    if (hit) found.set(record.id, hit);
  }
  const lost = records.filter((record) => record.externalId === null && record.match === 'TO_CREATE');
  if (lost.length === 0) return { found, asked: roots.length > 0 };
  const known = new Set(claim.records.map((record) => `${record.entity}:${record.externalId ?? ''}`));
  const codes = lost.flatMap(({ entity, target, spellings = [] }) =>
    entity === 'SKU' ? [...new Set([target, ...spellings])] : [],
  );
  const { id, handle } = claim.product;
  const looked = (await connector.lookUp({ productId: id, handle, codes })).map(readable);
  // A look-up shows what is around, too, and later than it was read: what somebody edited in between is known by it.
  const later = new Map(looked.map((each) => [`${each.entity}:${each.externalId}`, each]));
  for (const record of records) {
    const hit = record.externalId === null ? undefined : later.get(`${record.entity}:${record.externalId}`);
    if (hit) found.set(record.id, hit);
  }
  const candidates = [...looked, ...shown];
  for (const record of lost) {
    const hit = candidates.find((each) => isItself(record, each) && !known.has(`${each.entity}:${each.externalId}`));
    if (hit) found.set(record.id, hit);
  }
  return { found, asked: true };
}

function isItself(record: LaneRecord, observed: ObservedRecord): boolean {
  return (
    observed.entity === record.entity && observed.code !== null && foldCode(observed.code) === foldCode(record.target)
  );
}

function rootsOf(records: readonly LaneRecord[]): RootRef[] {
  const roots = new Map<string, RootRef>();
  for (const { root } of records) if (root) roots.set(root.externalId, root);
  return [...roots.values()];
}
