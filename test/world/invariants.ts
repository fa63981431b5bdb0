import { lawOf, normaliseAll } from '../../src/domain/drift/normalise.js';
import type { Json } from '../../src/domain/primitives/json.js';
import { sameJson } from '../../src/domain/primitives/json.js';
import { isExpectedIn } from '../../src/domain/publishing/projection.js';
import type { DeliveryState } from '../../src/domain/publishing/delivery-state.js';
import type { GovernedSystem } from '../../src/domain/publishing/system.js';
import type { Inspection, SeenDelivery, SeenFinding, SeenRecord } from './backend.js';
import type { Ledger } from './ledger.js';
import { wantedOf } from './master-log.js';
import type { Item, SimulatedSystem } from './systems/simulated-system.js';
import type { Violation } from './watch.js';

/** Which states may follow which: what is final stays so, but for a dead letter that is retried or comes true. */
const NEXT: Readonly<Record<DeliveryState, readonly DeliveryState[]>> = {
  PENDING: ['IN_FLIGHT', 'SUPERSEDED'],
  RETRYING: ['IN_FLIGHT', 'SUPERSEDED'],
  IN_FLIGHT: ['DELIVERED', 'RETRYING', 'DEAD_LETTERED', 'SUPERSEDED'],
  DEAD_LETTERED: ['PENDING', 'SUPERSEDED'],
  DELIVERED: [],
  SUPERSEDED: [],
  DISCARDED: [],
};

/** All that must hold once nothing is under way any more and both systems were scanned. */
export function brokenRules(
  seen: Inspection,
  systems: readonly { governed: GovernedSystem; simulated: SimulatedSystem }[],
  ledger: Ledger,
  ignored: readonly string[],
): Violation[] {
  const out: Violation[] = [];
  const broken = (rule: string, what: string): void => void out.push({ rule, what });
  for (const { governed, simulated } of systems) {
    for (const record of seen.records.filter(({ system }) => system === governed.code)) {
      const what = unaccounted(record, seen, governed, simulated, ignored);
      if (what !== null) broken('every record is in sync, or has an open finding or a dead letter', what);
    }
    for (const code of doubled(simulated)) broken('nothing is created twice', `${code} is twice in ${governed.code}`);
  }
  for (const record of seen.records) {
    const deliveries = seen.deliveries.filter((each) => isOf(each, record));
    const expected = ledger.countOf(record.id);
    if (deliveries.length !== expected) {
      const told = `${nameOf(record, seen)}: ${deliveries.length} deliveries, and ${expected} were owed`;
      broken('the delivery count matches', told);
    }
    for (const { state, revision } of deliveries.filter((each) => !isFinal(each, record, seen))) {
      broken('every delivery ends in one final state', `${nameOf(record, seen)} r${revision} is still ${state}`);
    }
  }
  for (const { from, to, deliveryId } of seen.transitions) {
    const isLegal = from === null ? to === 'PENDING' : NEXT[from].includes(to);
    if (!isLegal) broken('a delivery ends once', `${deliveryId} went from ${from ?? 'nothing'} to ${to}`);
  }
  return out;
}

/** What nobody knows of a record, though it is not as the master wants it; null when all is accounted for. */
function unaccounted(
  record: SeenRecord,
  seen: Inspection,
  system: GovernedSystem,
  simulated: SimulatedSystem,
  ignored: readonly string[],
): string | null {
  const product = seen.products.find(({ id }) => id === record.productId);
  const sku = seen.skus.find(({ id }) => id === record.skuId) ?? null;
  if (!product) return `record ${record.id} of no product`;
  const open = seen.findings.filter(({ recordId, state }) => recordId === record.id && state !== 'RESOLVED');
  const isDead = seen.deliveries.some((each) => isOf(each, record) && each.state === 'DEAD_LETTERED');
  const name = nameOf(record, seen);
  const wanted = wantedOf(record.entity, product, sku, seen.skus, system);
  const item = itemOf(record, seen, simulated);
  if (!item) {
    const isMissed = wanted !== null && (sku === null || isExpectedIn(sku, system.code));
    const isKnown = isDead || open.some(({ kind }) => kind === 'MISSING');
    return isMissed && !isKnown ? `${name} is not there, and nobody knows` : null;
  }
  if (record.externalId !== item.externalId && !isDead) return `${name} is there as ${item.externalId}, and not linked`;
  for (const [field, value] of Object.entries(wanted ?? {})) {
    const cell = item.cells.get(field);
    if (!cell) continue;
    const [shown] = Object.values(normaliseAll({ [field]: cell.value }));
    // Of tags, those that bear the master's mark are the master's, whatever it remembers of them.
    const stale =
      field === 'product.tags'
        ? words(shown).filter((tag) => tag.startsWith('ours') && !words(value).includes(tag))
        : [];
    if (stale.length === 0 && lawOf(field).agrees(value, shown ?? null, [], '0.5')) continue;
    // What the matrix ignores is on record as resolved.
    const known = ignored.includes(field) ? seen.findings.filter(({ recordId }) => recordId === record.id) : open;
    const held = known.find((finding) => finding.field === field);
    if (held ? sameJson(held.found, shown) : isDead) continue;
    return `${name} shows ${text(shown)} in ${field} instead of ${text(value)}, and ${told(held)}`;
  }
  return null;
}

function told(held: SeenFinding | undefined): string {
  return held ? `its finding holds ${text(held.found)}` : 'nobody knows';
}

function itemOf(record: SeenRecord, seen: Inspection, simulated: SimulatedSystem): Item | null {
  const linked = simulated.items.get(record.externalId ?? '');
  return linked ?? simulated.find(record.entity, codeOf(record, seen));
}

function codeOf(record: SeenRecord, { products, skus }: Inspection): string {
  if (record.skuId !== null) return skus.find(({ id }) => id === record.skuId)?.code ?? '';
  return products.find(({ id }) => id === record.productId)?.handle ?? '';
}

function nameOf(record: SeenRecord, seen: Inspection): string {
  return `${codeOf(record, seen)} in ${record.system}`;
}

function doubled({ items }: SimulatedSystem): string[] {
  const names = [...items.values()].map(({ entity, code }) => `${entity} ${code}`);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function isOf(delivery: SeenDelivery, record: SeenRecord): boolean {
  const { system, entity, productId, skuId } = record;
  return (
    delivery.system === system &&
    delivery.entity === entity &&
    delivery.productId === productId &&
    delivery.skuId === skuId
  );
}

/** What waits for its record to be resolved is no end, but it is not forgotten: the finding is what somebody looks at. */
function isFinal({ state }: SeenDelivery, record: SeenRecord, seen: Inspection): boolean {
  if (state === 'DELIVERED' || state === 'SUPERSEDED' || state === 'DEAD_LETTERED' || state === 'DISCARDED')
    return true;
  const isMissing = record.match === 'MISSING';
  return (
    isMissing &&
    seen.findings.some(
      ({ recordId, kind, state: of }) => recordId === record.id && kind === 'MISSING' && of !== 'RESOLVED',
    )
  );
}

function words(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function text(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}
