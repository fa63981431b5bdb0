import type { FieldComparison } from '../../domain/drift/compare.js';
import { readable } from '../../domain/drift/readable.js';
import { normaliseAll } from '../../domain/drift/normalise.js';
import type { FindingDraft } from '../../domain/drift/finding.js';
import type { Judgement } from '../../domain/drift/judge.js';
import { findingOf, ungoverned } from '../../domain/drift/judge.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { keptFault } from '../../domain/publishing/kept-fault.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import type { Connector, RecordWrite, WriteCommand } from '../ports/connector.js';
import type { Claim, LaneRecord } from '../ports/publishing-queue.js';
import { LeaseLost } from '../ports/publishing-queue.js';
import type { PublishingPorts } from '../ports/ports.js';
import { idsOfComponents, lackingComponents } from './components-there.js';
import { contactOf, contactOfAll, faultOf, whyIn } from './fault-of.js';
import { lookAgain } from './look-again.js';
import { readLane } from './read-lane.js';
import { withOwnCode } from './recoding.js';
import type { HouseRules } from './reckon-record.js';
import { reckonRecord, sendable } from './reckon-record.js';
import { SettlementDraft } from './settlement-draft.js';
import { publishedOf, unsettledSeconds, workUnderWay } from './work-under-way.js';

const NO_COMPONENTS: ReadonlyMap<string, string> = new Map();

/** One record of a lane, read and judged: what is there, and what shall be written. */
interface Reckoned {
  record: LaneRecord;
  observed: ObservedRecord | null;
  canonical: FieldValues;
  judgement: Judgement | null;
  comparisons: readonly FieldComparison[];
  write: RecordWrite | null;
}

/**
 * Brings one product's records in one system to the latest revision: reads, compares, writes only what differs and is
 * ours, verifies, and settles under the lease. Level-triggered: it looks at the state of things, never at a message.
 * @param ended told, once it is settled, whether everything of it was delivered.
 * @returns false when nothing was due.
 */
export async function publishLane(
  ports: PublishingPorts,
  system: string,
  ended: (allDelivered: boolean) => void = () => {},
): Promise<boolean> {
  const claim = await ports.queue.claim(system);
  if (!claim) return false;
  try {
    await deliver(ports, claim, ports.connectors.of(system), ended);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    ports.log('warn', error.message, { system, product: claim.product.handle });
  }
  return true;
}

async function deliver(
  ports: PublishingPorts,
  claim: Claim,
  connector: Connector,
  ended: (allDelivered: boolean) => void,
): Promise<void> {
  const draft = new SettlementDraft(ports, claim);
  try {
    if (!draft.layDownAbandoned() && !(await bring(ports, claim, connector, draft))) return;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const fault = faultOf(error);
    ports.log('warn', 'a delivery failed', {
      system: claim.system.code,
      product: claim.product.handle,
      fault: keptFault(fault).message,
    });
    draft.failAll(fault);
    draft.heard(contactOf(fault), whyIn([fault]));
  }
  const settlement = draft.finish();
  await ports.queue.settle(claim, settlement);
  ports.meter?.settled(claim, settlement);
  ended(settlement.deliveries.every(({ outcome }) => outcome.kind === 'DELIVERED'));
  if (draft.heals) await ports.healing.heal(claim.system.code);
  for (const { source, drafts } of draft.taken) await ports.owned.takeOver(claim.system.code, drafts, source);
}

/** @returns false when somebody moved the records meanwhile: the claim is given back already. */
async function bring(
  ports: PublishingPorts,
  claim: Claim,
  connector: Connector,
  draft: SettlementDraft,
): Promise<boolean> {
  const { rules, version: policyVersion } = await ports.truth.acting();
  const house = { masterCurrency: ports.masterCurrency, rules, policyVersion };
  const underWay = await workUnderWay(claim, connector);
  if (underWay) {
    draft.failAll(underWay);
    draft.heard(contactOf(underWay), whyIn([underWay]));
    return true;
  }
  const lane = connector.capabilities.productRecords ? claim.records : owedRecords(claim);
  const records = lane.filter(({ id }) => !claim.heldRecordIds.has(id));
  const { found, asked } = await readLane(claim, records, connector);
  if (asked) draft.heard('REACHED');
  const reckoned = records.map((record) => {
    return reckon(house, claim, connector, record, found.get(record.id) ?? null, draft);
  });
  const writes = sendable(reckoned, ({ record, observed, write }) => ({
    entity: record.entity,
    isThere: observed !== null,
    action: write?.action ?? null,
  }));
  if (writes.length > 0 && !(await send(ports, house, claim, connector, writes, draft))) return false;
  for (const each of reckoned) {
    if (!each.write) draft.leaveAsItIs(each.record);
    else if (!writes.includes(each)) draft.nothingYet(each.record);
    draft.unseen(each.record, each.judgement?.unseen ?? []);
  }
  return true;
}

/** Where every SKU is a record of its own, only those are read that a delivery, or an open attempt, is about. */
function owedRecords({ records, deliveries }: Claim): LaneRecord[] {
  const owed = new Set(deliveries.map(({ recordId }) => recordId));
  return records.filter(({ id, unsettled }) => owed.has(id) || unsettled.length > 0);
}

/** Judges what was read of one record, and decides what to send. */
function reckon(
  house: HouseRules,
  claim: Claim,
  connector: Connector,
  record: LaneRecord,
  observed: ObservedRecord | null,
  draft: SettlementDraft,
): Reckoned {
  const values = observed && normaliseAll(observed.fields);
  const shown = observed && values && { ...observed, values, published: publishedOf(record, values, connector) };
  const { canonical, comparisons, judgement, wish, isUnpriced } = reckonRecord(claim, record, shown, house);
  if (observed && values) {
    if (canonical && judgement)
      draft.seen(record, observed, values, judgement, ungoverned(record, canonical, house.rules));
    else draft.ungoverned(record, observed, values);
  } else if (record.externalId !== null && record.match !== 'MISSING') draft.gone(record);
  // One that is not on sale yet waits for its price; one that is on sale without a price is somebody's mistake.
  if (isUnpriced && record.skuState !== 'PRELAUNCH')
    draft.refused(record, 'PRICE_MISSING', `${record.target} has no price, and would be free in ${claim.system.code}`);
  const due = withOwnCode(record, observed, wish);
  const wanted = due && { ...writeOf(claim, record, observed, due), projection: canonical ?? {} };
  const write = wanted && whole(claim, record, wanted, draft);
  return { record, observed, canonical: canonical ?? {}, judgement, comparisons, write };
}

/** A bundle is written with all that is in it or not at all: half of one would be sold as the whole. */
function whole(claim: Claim, record: LaneRecord, write: RecordWrite, draft: SettlementDraft): RecordWrite | null {
  if (!('bundle.components' in write.values)) return write;
  const fault = lackingComponents(record, claim.system.code);
  if (fault === null) return { ...write, componentIds: idsOfComponents(record) };
  draft.putOff(record, fault);
  return null;
}

function writeOf(
  claim: Claim,
  record: LaneRecord,
  observed: ObservedRecord | null,
  { action, values }: { action: 'CREATE' | 'UPDATE'; values: FieldValues },
): RecordWrite {
  return {
    entity: record.entity,
    id: record.entity === 'SKU' ? (record.skuId ?? '') : claim.product.id,
    code: record.target,
    action,
    externalId: observed?.externalId ?? null,
    values,
    token: observed?.token ?? null,
    componentIds: NO_COMPONENTS,
    ...(observed && { seen: observed.fields }),
    ...(observed && observed.code !== null && observed.code !== record.target && { presentCode: observed.code }),
  };
}

/**
 * Stores what will be expected, sends, and verifies by what the system shows afterwards.
 * @returns false when somebody moved the records meanwhile: nothing was sent, and the lane is due again.
 */
async function send(
  ports: PublishingPorts,
  house: HouseRules,
  claim: Claim,
  connector: Connector,
  writes: Reckoned[],
  draft: SettlementDraft,
): Promise<boolean> {
  const attemptId = ports.newId();
  const attempts = writes.map((each) => ({
    attemptId: ports.newId(),
    deliveryId: draft.deliveryOf(each.record)?.id ?? claim.deliveries[0]?.id ?? '',
    recordId: each.record.id,
    expected: each.judgement ? each.judgement.expected : each.canonical,
  }));
  // The lease runs from when it was renewed, and its news may have been long on the way: a process that stood still.
  const askedAt = ports.clock.now().getTime();
  const window = await ports.queue.willSend(claim, attempts, draft.takeFindings());
  if (!window) return false;
  const leftMs = window.sendWithinMs - Math.max(0, ports.clock.now().getTime() - askedAt);
  if (leftMs <= 0) throw new LeaseLost(claim.system.code, claim.product.handle);
  const attemptOf = new Map(attempts.map((each) => [each.recordId, each.attemptId]));
  const root = claim.records.find((each) => each.root !== null)?.root ?? draft.knownRoot();
  const { id, handle } = claim.product;
  const command: WriteCommand = {
    attemptId,
    product: { id, handle, root },
    writes: writes.flatMap(({ write }) => write ?? []),
    skus: claim.records.filter(({ entity }) => entity === 'SKU').length,
    unsettledSeconds: unsettledSeconds(writes.map(({ record }) => record)),
    begun: (operation, begunFor) => {
      const of = writes.filter(({ write }) => write !== null && begunFor.includes(write));
      return ports.queue.begun(
        of.flatMap(({ record }) => attemptOf.get(record.id) ?? []),
        operation,
      );
    },
  };
  // Past that moment somebody else may hold the lease, and what we send would be an older revision over a newer one.
  const outcomes = await connector.write(command, ports.clock.deadline(leftMs)).catch((error: unknown) => {
    const fault = faultOf(error);
    return writes.map(({ write, record }) => ({
      id: write?.id ?? '',
      entity: record.entity,
      written: false as const,
      fault,
    }));
  });
  const faults = outcomes.flatMap((each) => (each.written ? [] : [each.fault]));
  const contacts = [...faults.map(contactOf), ...(faults.length < outcomes.length ? (['REACHED'] as const) : [])];
  draft.heard(contactOfAll(contacts), whyIn(faults));
  for (const each of writes) {
    const outcome = outcomes.find((one) => one.entity === each.record.entity && one.id === each.write?.id);
    const attempt = attemptOf.get(each.record.id) ?? '';
    const finding = (field: string): FindingDraft | null => differenceOf(each, field);
    if (!outcome) draft.failed(each.record, attempt, unanswered(), finding);
    else if (!outcome.written) draft.failed(each.record, attempt, outcome.fault, finding);
    else {
      // DELIVERED only when the system itself shows what the master wants.
      const { judgement, canonical, write } = each;
      const expected = judgement ? judgement.expected : canonical;
      const sent = { attemptId: attempt, expected, operation: null, ageSeconds: 0 };
      const shown = readable(outcome.observed);
      const after = lookAgain(claim, { ...each, written: write?.values ?? {} }, shown, sent, { house, connector });
      draft.written(each.record, judgement, after, attempt);
    }
  }
  return true;
}

/** What differs in a field, as the read before the write showed it; null where nothing was there to differ. */
function differenceOf({ record, observed, comparisons }: Reckoned, field: string): FindingDraft | null {
  const comparison = comparisons.find((each) => each.field === field);
  return comparison && observed ? findingOf(record, comparison, observed) : null;
}

function unanswered(): ReturnType<typeof faultOf> {
  const message = 'the connector did not say what became of this record';
  return { class: 'UNKNOWN', code: 'NO_OUTCOME', message, retryAfterSeconds: null, ambiguous: true, raw: null };
}
