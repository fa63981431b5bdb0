import type { DataSource } from 'typeorm';
import type { Claim, LaneSweep, PublishingQueue, Settlement } from '../application/ports/publishing-queue.js';
import type { Wakeups } from '../application/ports/unit-of-work.js';
import { systemActor } from '../domain/actor.js';
import type { FindingDraft } from '../domain/drift/finding.js';
import type { Contact, Look } from '../domain/publishing/gate.js';
import { admission } from '../domain/publishing/gate.js';
import { claimLanes, ProbeTaken } from './claim-lanes.js';
import type { GateTools } from './gate-sql.js';
import { DUE_LANE, endHolds, gatesOfDue, recordContacts } from './gate-sql.js';
import { Gathered } from './gathered.js';
import { reopenLanes } from './lane-sql.js';
import { letOneTry } from './let-one-try.js';
import { releaseRefused } from './release-refused.js';
import type { SendingLane } from './prepare-to-send.js';
import { prepareToSend } from './prepare-to-send.js';
import type { Tell } from './publishing-events.js';
import { tellIn } from './publishing-events.js';
import type { SettledClaim } from './settle-claim.js';
import { SequencerWake } from './sequencer/wake.js';
import { settleClaims } from './settle-claim.js';
import { inTransaction } from './in-transaction.js';
import type { Sql } from './sql.js';
import { sqlOver } from './sql.js';

/** Lanes that turn out to have nothing to do are closed on the way; so many rounds of that before giving up. */
const EMPTY_ROUNDS = 1_000;
/** Lanes that are claimed, sent for or settled in one transaction at most. */
const AT_ONCE = 64;

/** What one system's callers ask at the same time, each in one transaction for all of them. */
interface Desk {
  claim: Gathered<null, Claim | null>;
  willSend: Gathered<SendingLane, { sendWithinMs: number } | null>;
  settle: Gathered<SettledClaim, null>;
}

/**
 * Claims and settles over PostgreSQL; every method is one short transaction, which callers of the same moment share: a
 * commit waits for the disk, and so costs as much for one lane as for many.
 */
export class SqlPublishingQueue implements PublishingQueue, LaneSweep {
  private readonly desks = new Map<string, Desk>();
  private readonly sequencer: SequencerWake;

  constructor(
    private readonly source: DataSource,
    private readonly wakeupsOf: (sql: Sql) => Wakeups,
    private readonly newId: () => string,
  ) {
    this.sequencer = new SequencerWake(source);
  }

  claim(system: string): Promise<Claim | null> {
    return this.deskOf(system).claim.call(null);
  }

  willSend(
    claim: Claim,
    attempts: SendingLane['attempts'],
    findings: readonly FindingDraft[],
  ): Promise<{ sendWithinMs: number } | null> {
    return this.deskOf(claim.system.code).willSend.call({ claim, attempts, findings });
  }

  async settle(claim: Claim, settlement: Settlement): Promise<void> {
    await this.deskOf(claim.system.code).settle.call({ claim, settlement });
  }

  private deskOf(system: string): Desk {
    const known = this.desks.get(system);
    if (known) return known;
    const desk: Desk = {
      claim: new Gathered((calls) => this.claimFor(system, calls.length), AT_ONCE),
      willSend: new Gathered((lanes) => this.transaction((tools) => prepareToSend(tools, system, lanes)), AT_ONCE),
      settle: new Gathered(async (settled) => {
        await this.transaction((tools) => settleClaims(tools, system, settled));
        return settled.map(() => null);
      }, AT_ONCE),
    };
    this.desks.set(system, desk);
    return desk;
  }

  /** For so many callers: one lane each, and null for those for whom there is none. */
  private async claimFor(system: string, callers: number): Promise<(Claim | null)[]> {
    const nothing = Array.from({ length: callers }, () => null);
    try {
      for (let round = 0; round < EMPTY_ROUNDS; round += 1) {
        const claimed = await this.transaction((tools) => claimLanes(tools, system, callers));
        if (claimed !== 'EMPTY') return nothing.map((none, index) => claimed[index] ?? none);
      }
    } catch (error) {
      if (!(error instanceof ProbeTaken)) throw error;
    }
    return nothing;
  }

  private async transaction<T>(work: (tools: GateTools) => Promise<T>): Promise<T> {
    let [appended, ended] = [false, false];
    const result = await inTransaction(this.source, (tx) => {
      const sql = sqlOver(tx);
      const append = tellIn(sql, this.newId, () => (appended = true));
      const tell: Tell = (events) => {
        ended ||= events.some(({ type }) => type === 'SYSTEM_RESUMED');
        return append(events);
      };
      return work({ sql, newId: this.newId, tell, wake: this.wakeupsOf(sql) });
    });
    if (appended) this.sequencer.now();
    // What was done is done: if this fails, the next sweep releases them.
    if (ended) await this.releaseRefused().catch(() => {});
    return result;
  }

  async releaseRefused(): Promise<void> {
    while ((await this.transaction(releaseRefused)) === 'MORE');
  }

  async begun(attemptIds: readonly string[], operation: string): Promise<void> {
    await sqlOver(this.source).rows('update attempt set operation = $2 where id = any($1)', [attemptIds, operation]);
  }

  async heard(system: string, said: Contact | Look, since: Date, why: string | null = null): Promise<void> {
    if (said === 'READ' && (await this.transaction((tools) => letOneTry(tools, system, since)))) return;
    const contact = said === 'READ' ? 'REACHED' : said;
    await this.transaction((tools) => recordContacts(tools, system, [{ contact, since, why }]));
  }

  async owedLanes(system: string, most: number): Promise<number> {
    const [row] = await sqlOver(this.source).rows<{ lanes: number }>(
      `select count(*)::int as lanes from (
         select 1 from lane l where l.system = $1 and ${DUE_LANE} limit $2) l`,
      [system, most],
    );
    return row?.lanes ?? 0;
  }

  async systemsWithDue(): Promise<string[]> {
    const sql = sqlOver(this.source);
    await reopenLanes(sql);
    const due = await gatesOfDue(sql);
    return due.flatMap(({ system, gate, now }) => (admission(gate, now) === 'SHUT' ? [] : [system.code]));
  }

  async endPauses(): Promise<void> {
    const over = await sqlOver(this.source).rows<{ system: string }>(
      `select distinct system from system_hold where kind = 'PAUSE' and ended_at is null and until <= clock_timestamp()`,
    );
    for (const { system } of over) {
      await this.transaction(async (tools) => {
        await tools.sql.rows('select 1 from system where code = $1 for no key update', [system]);
        // Somebody may have set another one in its place since.
        const still = await tools.sql.rows(
          `select 1 from system_hold where system = $1 and kind = 'PAUSE' and ended_at is null and until <= clock_timestamp()`,
          [system],
        );
        if (still.length > 0) await endHolds(tools, system, ['PAUSE'], systemActor('clock'));
      });
    }
  }

  async releaseAllLeases(): Promise<number> {
    const rows = await sqlOver(this.source).rows(
      `update lane set lease_until = null, lease_token = null, due_at = coalesce(due_at, clock_timestamp())
       where lease_until is not null returning 1`,
    );
    return rows.length;
  }
}
