import { systemActor } from '../../domain/actor.js';
import { isMissed, missing } from '../../domain/drift/missing.js';
import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';
import { heals, identityOf, kindOfField } from '../../domain/drift/finding.js';
import type { Closing, Judgement } from '../../domain/drift/judge.js';
import { baseOfUngoverned, endingOf, ungoverned } from '../../domain/drift/judge.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { causeOf } from '../../domain/publishing/dead-letter-cause.js';
import type { Contact } from '../../domain/publishing/gate.js';
import { keptFault } from '../../domain/publishing/kept-fault.js';
import { abandoned, countedIn, stepAfter } from '../../domain/publishing/retry.js';
import type { DeliveryFault, ObservedRecord, RootRef } from '../../domain/publishing/system.js';
import type {
  Claim,
  ClaimedDelivery,
  DeliverySettlement,
  LaneRecord,
  RecordSettlement,
  Settlement,
} from '../ports/publishing-queue.js';
import type { Ports } from '../ports/ports.js';
import type { After } from './look-again.js';
import { notVerified } from './look-again.js';
import { bearsOurs, recodedFinding } from './recoding.js';

/** Gathers what became of each record and delivery of a claim, until all of it is settled in one transaction. */
export class SettlementDraft {
  private readonly records = new Map<string, RecordSettlement>();
  private readonly outcomes = new Map<string, DeliverySettlement['outcome']>();
  /** Records that show what the master wants, or took what was sent. */
  private readonly arrived = new Set<string>();
  private readonly attempts: Settlement['attempts'] = [];
  private readonly unheard: Settlement['unheard'] = [];
  private findings: Settlement['findings'] = [];
  /** By finding: one ends once, as it was first told. */
  private readonly closings = new Map<string, Closing>();
  private readonly notOurs: Settlement['notOurs'] = [];
  /** What the system says of fields that it owns, for whoever takes it over once this is settled. */
  readonly taken: Settlement['findings'] = [];
  /** The matrix does something by itself about what was found. */
  heals = false;
  private contact: Contact | null = null;
  private why: string | null = null;

  constructor(
    private readonly ports: Pick<Ports, 'random'>,
    private readonly claim: Claim,
  ) {}

  /** What the latest exchange said of the system itself: one that can be read, and takes no write, is not well. */
  heard(contact: Contact | null, why: string | null = null): void {
    this.contact = contact;
    this.why = why;
  }

  deliveryOf(record: LaneRecord): ClaimedDelivery | undefined {
    return this.claim.deliveries.find((each) => each.recordId === record.id);
  }

  /** The root that a look-up of this very lane found. */
  knownRoot(): RootRef | null {
    return [...this.records.values()].find((each) => each.root !== null)?.root ?? null;
  }

  /** The findings so far, to be stored before anything is sent; they are not stored a second time. */
  takeFindings(): FindingDraft[] {
    const drafts = this.findings.flatMap((each) => each.drafts);
    this.findings = [];
    return drafts;
  }

  /**
   * The record is there: findings, healed findings, and attempts whose outcome can be told from what it shows.
   * @param over findings on what nobody governs there any more.
   */
  seen(
    record: LaneRecord,
    observed: ObservedRecord,
    values: FieldValues,
    judgement: Judgement,
    over: readonly Closing[],
  ): void {
    this.close(over);
    this.closeMissing(record);
    this.closeRecoded(record, observed);
    this.keep(record, observed, judgement.base, values, judgement.inSync && judgement.held.length === 0);
    this.close(judgement.closings);
    if (judgement.inSync) this.arrived.add(record.id);
    this.tell('BEFORE_WRITE', judgement);
    for (const { attemptId, expected } of record.unsettled) {
      const arrived = Object.keys(expected).every((field) => !(field in judgement.writes));
      this.attempts.push({ attemptId, outcome: arrived ? 'ECHO' : 'LOST' });
    }
  }

  /** The record is there, but nobody governs it now. */
  ungoverned(record: LaneRecord, observed: ObservedRecord, values: FieldValues): void {
    this.close(ungoverned(record, null, []));
    this.closeMissing(record);
    this.keep(record, observed, baseOfUngoverned(values), values, true);
    for (const { attemptId } of record.unsettled) this.attempts.push({ attemptId, outcome: 'LOST' });
  }

  /** A strong read by id says that it is gone: a finding that people see, and a dead letter that points to it. */
  gone(record: LaneRecord): void {
    const message = `${record.target} is no longer there; see the MISSING finding`;
    const fault: DeliveryFault = {
      class: 'NOT_FOUND',
      code: 'GONE',
      message,
      retryAfterSeconds: null,
      ambiguous: false,
      raw: null,
    };
    // What is not missed, nobody has to look at.
    const missed = isMissed(record.sku, this.claim.states, this.claim.system.code);
    if (missed) this.findings.push({ source: 'BEFORE_WRITE', drafts: [missing(record)] });
    const { externalId, root } = record;
    this.records.set(record.id, {
      recordId: record.id,
      externalId,
      root,
      match: 'MISSING',
      published: record.published ?? {},
      observed: null,
      inSync: false,
    });
    for (const { attemptId } of record.unsettled) this.attempts.push({ attemptId, outcome: 'LOST' });
    if (missed) this.die(record, fault, missing(record).identity);
    else this.outcomes.set(record.id, { kind: 'DELIVERED' });
  }

  /**
   * The system took what was sent. What it shows then has arrived, or differs as before and is tried again, or was moved in
   * between: that is on record, and keeps what did arrive from nothing.
   */
  written(record: LaneRecord, before: Judgement | null, after: After, attemptId: string): void {
    const { shown, values, judgement, astray } = after;
    const clean = astray.length === 0 && (judgement === null || (judgement.inSync && judgement.held.length === 0));
    this.keep(record, shown, judgement?.base ?? baseOfUngoverned(values), values, clean);
    if (judgement) {
      this.closeAgain(record, before, judgement);
      this.tell('VERIFY_AFTER_WRITE', judgement);
    }
    this.closeMissing(record);
    this.closeRecoded(record, shown);
    // Nothing was there when it was read: whatever earlier attempts began, this one has finished.
    if (!before)
      for (const earlier of record.unsettled) this.attempts.push({ attemptId: earlier.attemptId, outcome: 'LOST' });
    this.attempts.push({ attemptId, outcome: astray.length === 0 ? 'CONFIRMED' : 'REJECTED' });
    if (astray.length > 0) return this.fail(record, notVerified(astray));
    this.outcomes.set(record.id, { kind: 'DELIVERED' });
    this.arrived.add(record.id);
  }

  /** We know better than to send it. */
  refused(record: LaneRecord, code: string, message: string): void {
    this.fail(record, { class: 'VALIDATION', code, message, retryAfterSeconds: null, ambiguous: false, raw: null });
  }

  /** All else was brought, and these fields were not: they cannot be read there, and nothing is overwritten unseen. */
  unseen(record: LaneRecord, fields: readonly string[]): void {
    if (fields.length === 0) return;
    this.arrived.delete(record.id);
    if (this.outcomes.get(record.id)?.kind !== 'DELIVERED') return;
    const what = `${fields.join(', ')} of ${record.target}`;
    this.refused(record, 'UNREADABLE', `${what} cannot be read there, and nothing is written over unseen`);
  }

  /** It was not sent, because something else has to be there first. */
  putOff(record: LaneRecord, fault: DeliveryFault): void {
    this.fail(record, fault);
  }

  /** @param finding how what differs is put on record where the fault says that the field is somebody else's there. */
  failed(
    record: LaneRecord,
    attemptId: string,
    fault: DeliveryFault,
    finding: (field: string) => FindingDraft | null,
  ): void {
    if (fault.notOurs !== undefined) {
      const draft = finding(fault.notOurs);
      if (draft) this.findings.push({ source: 'BEFORE_WRITE', drafts: [draft] });
      this.notOurs.push({ recordId: record.id, field: fault.notOurs, reason: fault.message });
    }
    // An ambiguous attempt stays open: the next claim reads first, and tells from what is there whether it arrived.
    if (fault.ambiguous) this.unheard.push(attemptId);
    else this.attempts.push({ attemptId, outcome: 'REJECTED' });
    this.fail(record, fault);
  }

  /** Nothing to send: it is as the master wants it, or all that differs is held by findings. */
  leaveAsItIs(record: LaneRecord): void {
    if (!this.outcomes.has(record.id)) this.outcomes.set(record.id, { kind: 'DELIVERED' });
  }

  /** A product of which no SKU is there yet, or can be made: it is absent, as the master wants it until one can. */
  nothingYet(record: LaneRecord): void {
    this.outcomes.set(record.id, { kind: 'DELIVERED' });
  }

  /** Whoever takes these dies: they are laid down without being looked at again, and their siblings wait. @returns whether there are any. */
  layDownAbandoned(): boolean {
    const lost = this.claim.deliveries.filter(({ lostLeases }) => abandoned(lostLeases) !== null);
    if (lost.length === 0) return false;
    for (const { recordId, lostLeases } of this.claim.deliveries) {
      const record = this.claim.records.find(({ id }) => id === recordId);
      const fault = abandoned(lostLeases);
      if (record && fault) this.die(record, fault, null);
      else if (record) this.fail(record, siblingAbandoned());
    }
    return true;
  }

  /** The system could not even be read. */
  failAll(fault: DeliveryFault): void {
    for (const record of this.claim.records) if (!this.outcomes.has(record.id)) this.fail(record, fault);
  }

  finish(): Settlement {
    const deliveries = this.claim.deliveries.map((delivery): DeliverySettlement => {
      const record = this.claim.records.find(({ id }) => id === delivery.recordId);
      // Nothing is ever delivered by default: what nobody said a word about is tried again, and then looked at.
      if (record && !this.outcomes.has(record.id)) this.fail(record, forgotten());
      const outcome = this.outcomes.get(delivery.recordId) ?? this.deathOf(delivery, forgotten(), null);
      return { deliveryId: delivery.id, revision: record?.sku?.revision ?? this.claim.product.revision, outcome };
    });
    const { attempts, unheard, findings, notOurs, contact, why } = this;
    const records = [...this.records.values()];
    const closings = [...this.closings.values()];
    const owed = new Set(this.claim.deliveries.map(({ recordId }) => recordId));
    const brought = [...this.arrived].filter((id) => !owed.has(id));
    return { records, deliveries, brought, attempts, unheard, findings, closings, notOurs, contact, why };
  }

  private fail(record: LaneRecord, fault: DeliveryFault): void {
    const delivery = this.deliveryOf(record);
    if (!delivery) return;
    const next = stepAfter(fault, countedIn(delivery, fault.class), this.ports.random());
    if (next.step === 'DEAD') this.die(record, fault, findingOfNotOurs(record, fault));
    else this.outcomes.set(record.id, { kind: 'RETRY', delaySeconds: next.delaySeconds, fault: keptFault(fault) });
  }

  private die(record: LaneRecord, fault: DeliveryFault, findingIdentity: string | null): void {
    const delivery = this.deliveryOf(record);
    if (delivery) this.outcomes.set(record.id, this.deathOf(delivery, fault, findingIdentity));
  }

  private deathOf(
    { target }: ClaimedDelivery,
    fault: DeliveryFault,
    findingIdentity: string | null,
  ): DeliverySettlement['outcome'] {
    const kept = keptFault(fault);
    return { kind: 'DEAD', fault: kept, cause: causeOf(kept, target), findingIdentity };
  }

  private tell(source: ObservationSource, { findings, taken }: Judgement): void {
    if (findings.length > 0) this.findings.push({ source, drafts: findings });
    if (taken.length > 0) this.taken.push({ source, drafts: taken });
    if (findings.some(heals)) this.heals = true;
  }

  /** The later look has the last word: what it found again does not end, and what has arrived ends as was asked for. */
  private closeAgain(record: LaneRecord, before: Judgement | null, { findings, closings }: Judgement): void {
    const back = new Set(findings.map(({ identity }) => identity));
    for (const { id, kind, field } of record.openFindings)
      if (back.has(identityOf(record.id, kind, field))) this.closings.delete(id);
    const asked = new Map(Object.values(before?.endings ?? {}).map((ending) => [ending.findingId, ending]));
    this.close(closings.map((each) => asked.get(each.findingId) ?? each));
  }

  private close(closings: readonly Closing[]): void {
    for (const each of closings) if (!this.closings.has(each.findingId)) this.closings.set(each.findingId, each);
  }

  private keep(
    record: LaneRecord,
    observed: ObservedRecord,
    published: FieldValues,
    values: FieldValues,
    inSync: boolean,
  ): void {
    const { externalId, root } = observed;
    this.records.set(record.id, {
      recordId: record.id,
      externalId,
      root,
      match: 'MATCHED',
      published,
      observed: values,
      inSync,
    });
  }

  /** A record that bears our code again. */
  private closeRecoded(record: LaneRecord, shown: ObservedRecord): void {
    const finding = recodedFinding(record);
    if (finding && bearsOurs(record, shown)) this.close([endingOf(finding)]);
  }

  /** A record that is there again, whoever made it, ends its MISSING finding: by whoever asked for that, else by itself. */
  private closeMissing(record: LaneRecord): void {
    const missed = record.openFindings.filter(({ kind }) => kind === 'MISSING');
    this.close(
      missed.map(({ id, revertRequestedBy: by }) => ({
        findingId: id,
        resolution: by ? 'REVERTED' : 'SELF_HEALED',
        by: by ?? systemActor('publisher'),
      })),
    );
  }
}

/** The finding that tells what differs in a field which belongs to somebody else there. */
function findingOfNotOurs(record: LaneRecord, { notOurs }: DeliveryFault): string | null {
  return notOurs === undefined ? null : identityOf(record.id, kindOfField(notOurs), notOurs);
}

function forgotten(): DeliveryFault {
  const message = 'nothing became of it, which is a fault of ours';
  return { class: 'UNKNOWN', code: 'NO_OUTCOME', message, retryAfterSeconds: null, ambiguous: false, raw: null };
}

function siblingAbandoned(): DeliveryFault {
  const message = 'another record of the same product was given up because whoever takes it dies';
  const told = { code: 'SIBLING_ABANDONED', message, retryAfterSeconds: null, raw: null };
  return { ...told, class: 'TRANSIENT', ambiguous: false };
}
