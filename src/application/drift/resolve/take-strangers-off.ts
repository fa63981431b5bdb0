import { systemActor } from '../../../domain/actor.js';
import type { DriftResolution } from '../../../domain/drift/finding.js';
import { isOnSale } from '../../../domain/drift/lifetime.js';
import { normaliseAll } from '../../../domain/drift/normalise.js';
import { readable } from '../../../domain/drift/readable.js';
import type { FieldValues } from '../../../domain/primitives/json.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { DeliveryFault, ObservedRecord, SystemKind } from '../../../domain/publishing/system.js';
import type { Connector, RecordWrite } from '../../ports/connector.js';
import type { LockedFinding } from '../../ports/finding-store.js';
import type { Ports } from '../../ports/ports.js';
import { contactOf, faultOf, whyIn, unreachable } from '../../publishing/fault-of.js';

/** Strangers of one call; the rest is taken by the next look. */
const AT_ONCE = 100;
const RETRY_SECONDS = 60;

/** What became of one stranger. */
type Fate = { resolution: DriftResolution } | { fault: DeliveryFault };

/**
 * Takes off sale what a system has and the master does not know, where somebody asked for that and confirmed it (design
 * 4.8): unpublishes the variant, or makes its product a DRAFT where all that is in it is unknown; an ERP item is no longer
 * salable. Read first, and only written while it still is a stranger. Doing it twice does no harm, so nothing is leased.
 * A system that is held, or not in service, is left alone.
 */
export async function takeStrangersOff(ports: Ports): Promise<void> {
  const waiting = await ports.work.run((stores) => stores.findings.strangersToRemove(AT_ONCE));
  if (waiting.length === 0) return;
  const systems = new Map((await ports.operations.systems()).map((each) => [each.code, each]));
  const down = new Set<string>();
  for (const finding of waiting) {
    const system = systems.get(finding.system);
    const isOpen = system?.mode === 'WRITE' && system.link === 'LINKED' && system.holds.length === 0;
    if (!system || !isOpen || down.has(system.code)) continue;
    const since = await ports.observations.now();
    const fate = await takeOff(ports, system.kind, finding).catch((error: unknown) => ({ fault: faultOf(error) }));
    const contact = 'fault' in fate ? contactOf(fate.fault) : 'REACHED';
    if (contact) await ports.queue.heard(system.code, contact, since, 'fault' in fate ? whyIn([fate.fault]) : null);
    if ('fault' in fate && unreachable(fate.fault)) down.add(system.code);
    await settle(ports, finding, fate);
  }
}

async function takeOff(ports: Ports, kind: SystemKind, finding: LockedFinding): Promise<Fate> {
  const connector = ports.connectors.of(finding.system);
  const { root, externalId, target } = finding;
  if (!root || externalId === null) throw new Error(`a stranger without a place: ${finding.id}`);
  const [reading] = await connector.readRoots([root]);
  const records = (reading?.records ?? []).map(readable);
  const own = records.find((each) => each.entity === 'SKU' && each.externalId === externalId);
  if (!own) return { resolution: 'SELF_HEALED' };
  // Somebody made it the master's meanwhile: then it is governed like any other.
  const known = await ports.catalog.skusByCodes([foldCode(own.code ?? target)]);
  if (known.size > 0) return { resolution: 'SUPERSEDED' };
  const product = records.find(({ entity }) => entity === 'PRODUCT');
  if (!isOnSale(shownOf(own, product))) return { resolution: 'REVERTED' };
  const write = await writeFor(ports, kind, finding, own, product, records);
  if (write === null) {
    const message = `${target} cannot be taken off sale by itself in ${finding.system}, and its product holds SKUs of the master's`;
    return { fault: { ...NOTHING, class: 'VALIDATION', code: 'SIBLINGS', message } };
  }
  return send(ports, connector, finding, write, { own, product });
}

const NOTHING = { retryAfterSeconds: null, ambiguous: false, raw: null };

/** What is to be written: the variant where its sale is its own, else its product, if nobody else of ours is in it. */
async function writeFor(
  ports: Ports,
  kind: SystemKind,
  finding: LockedFinding,
  own: ObservedRecord,
  product: ObservedRecord | undefined,
  records: readonly ObservedRecord[],
): Promise<RecordWrite | null> {
  const of = (record: ObservedRecord, lifecycle: FieldValues): RecordWrite => ({
    entity: record.entity,
    id: finding.id,
    code: record.code ?? finding.target,
    action: 'UPDATE',
    externalId: record.externalId,
    values: { lifecycle },
    token: record.token,
    componentIds: new Map(),
  });
  if (kind === 'ERP') return of(own, { salable: false });
  if ('lifecycle' in own.fields && !own.unreadable.includes('lifecycle')) return of(own, { published: false });
  const codes = records.flatMap(({ entity, code }) => (entity === 'SKU' && code !== null ? [foldCode(code)] : []));
  const known = await ports.catalog.skusByCodes(codes);
  return product && known.size === 0 ? of(product, { status: 'DRAFT' }) : null;
}

async function send(
  ports: Ports,
  connector: Connector,
  finding: LockedFinding,
  write: RecordWrite,
  { own, product }: { own: ObservedRecord; product: ObservedRecord | undefined },
): Promise<Fate> {
  const [outcome] = await connector.write({
    attemptId: ports.newId(),
    product: { id: finding.id, handle: product?.code ?? finding.target, root: finding.root },
    writes: [write],
    skus: 1,
    unsettledSeconds: null,
    begun: () => Promise.resolve(),
  });
  if (!outcome)
    return { fault: { ...NOTHING, class: 'UNKNOWN', code: 'NO_OUTCOME', message: 'nothing was said of it' } };
  if (!outcome.written) return { fault: outcome.fault };
  const shown = readable(outcome.observed);
  const isOff = shown.entity === 'SKU' ? !isOnSale(shownOf(shown, product)) : !isOnSale(shownOf(own, shown));
  if (isOff) return { resolution: 'REVERTED' };
  const message = `${finding.system} took the write, and ${finding.target} is still on sale`;
  return { fault: { ...NOTHING, class: 'UNKNOWN', code: 'NOT_VERIFIED', message } };
}

/** As `found` of a stranger's finding tells it. */
function shownOf(own: ObservedRecord, product: ObservedRecord | undefined): FieldValues {
  const values = normaliseAll(own.fields);
  return product ? { ...values, 'product.lifecycle': product.fields.lifecycle ?? null } : values;
}

/** What may pass is tried again; what the system will never take is left to people, with its answer. */
async function settle(ports: Ports, finding: LockedFinding, fate: Fate): Promise<void> {
  await ports.work.run(async (stores) => {
    const [now] = await stores.findings.lock([finding.id]);
    // Somebody resolved or waived it while it was written.
    if (!now?.revertRequestedBy || (now.state !== 'OPEN' && now.state !== 'ACKNOWLEDGED')) return;
    if ('fault' in fate) {
      const mayPass = unreachable(fate.fault) || fate.fault.class === 'CONFLICT' || fate.fault.ambiguous;
      const seconds = Math.max(RETRY_SECONDS, fate.fault.retryAfterSeconds ?? 0);
      await stores.findings.removalFailed(finding.id, fate.fault.message, mayPass ? seconds : null);
      return;
    }
    const by = fate.resolution === 'REVERTED' ? now.revertRequestedBy : systemActor('observer');
    await stores.findings.close([{ findingId: finding.id, resolution: fate.resolution, by }]);
  });
}
