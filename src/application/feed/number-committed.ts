import { sealAll } from '../../domain/audit/audit-chain.js';
import type { Ports } from '../ports/ports.js';
import type { SequencerSeat } from '../ports/sequencer-seat.js';

/** Rows at most in one transaction, so that none of them takes long and readers see progress. */
const ENTRIES = 5_000;
const EVENTS = 1_000;

export interface Numbered {
  entries: number;
  events: number;
}

/** Tries to become the process that numbers; answers whether this one is it. Never waits for another to end. */
export async function takeSeat(ports: Pick<Ports, 'newId' | 'log'>, seat: SequencerSeat): Promise<boolean> {
  if (!(await seat.take())) return false;
  const opened = await seat.openEpochOnNewServer(ports.newId());
  ports.log('info', 'this process numbers the feed and seals the audit log', { newEpoch: opened });
  return true;
}

/**
 * Gives every committed feed entry a position and every committed audit event a seal, in bounded transactions, until
 * nothing is left. What is committed meanwhile may wait for the next run; a transaction that is still open keeps nobody
 * else waiting.
 * @param goOn asked before each transaction: false ends the run early, with nothing half done.
 */
export async function numberCommitted(seat: SequencerSeat, goOn: () => boolean = () => true): Promise<Numbered> {
  const done = { entries: 0, events: 0 };
  for await (const ids of seat.unnumberedEntries(ENTRIES)) {
    if (!goOn()) return done;
    await seat.numberEntries(ids);
    done.entries += ids.length;
  }
  for await (const events of seat.unsealedEvents(EVENTS)) {
    if (!goOn()) return done;
    await seat.sealEvents(sealAll(await seat.auditHead(), events));
    done.events += events.length;
  }
  return done;
}
