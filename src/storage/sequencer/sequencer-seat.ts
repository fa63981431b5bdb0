import { Client } from 'pg';
import type { SequencerSeat, SequencerSeats } from '../../application/ports/sequencer-seat.js';
import type { AuditRecord, ChainHead, SealedRecord } from '../../domain/audit/audit-chain.js';
import { EMPTY_CHAIN } from '../../domain/audit/audit-chain.js';
import { AUDIT_COLUMNS } from '../readers/audit-log-reader.js';
import { WAKE_CHANNEL } from './wake.js';
import { Unnumbered } from './unnumbered.js';

/** Any constant will do, as long as it is the same for ever and no other lock of ours: `feed` in hexadecimal ASCII. */
const SEQUENCER_LOCK = 0x66656564;
/** A statement that takes longer hangs on a network that is gone; a look over ten million rows takes seconds. */
const STATEMENT_MS = 120_000;
const CLOSE_MS = 1_000;

/**
 * The server lets go of the lock of a client that vanished, its machine with it, within about half a minute; the
 * defaults of most systems are two hours.
 */
const KEEPALIVE = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3';

/** A product's entry before those of its SKUs, which bear the same instant where one request made them. */
const FEED_ORDER = `e.at, e.change_request_id, case e.entity when 'PRODUCT' then 0 when 'SKU' then 1 else 2 end, e.key, e.revision`;

/**
 * One run of a database server as any role can tell it: when it started, and which table this is. A restored backup, a
 * stand-by that took over and a restart all start anew; a dump that is restored makes the table anew, and a truncated one
 * gets a new file. A run too many opens an epoch that changes nothing; one too few would let a cursor miss entries.
 */
const FINGERPRINT = `concat_ws(' ', extract(epoch from pg_postmaster_start_time()),
  (select oid from pg_database where datname = current_database()),
  'feed_position'::regclass::oid, pg_relation_filenode('feed_position'))`;

/** Opens connections for the sequencer beside the pool: a lock and LISTEN belong to a session. */
export class PgSequencerSeats implements SequencerSeats {
  constructor(private readonly url: string) {}

  async open(onWake: () => void): Promise<SequencerSeat> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'skuward sequencer',
      keepAlive: true,
      query_timeout: STATEMENT_MS,
    });
    // Without a listener node would end the process; whoever asks next is told by a rejection.
    client.on('error', () => undefined);
    client.on('notification', onWake);
    await client.connect();
    try {
      await client.query(KEEPALIVE);
    } catch (error) {
      await end(client);
      throw error;
    }
    return new PgSequencerSeat(client);
  }
}

class PgSequencerSeat implements SequencerSeat {
  readonly #entries: Unnumbered;
  readonly #events: Unnumbered;

  constructor(private readonly client: Client) {
    const feed = { table: 'feed_entry', numbered: 'feed_position', column: 'entry_id', order: FEED_ORDER } as const;
    const audit = { table: 'audit_event', numbered: 'audit_seal', column: 'event_id', order: 'e.at' } as const;
    this.#entries = new Unnumbered(client, feed);
    this.#events = new Unnumbered(client, audit);
  }

  async take(): Promise<boolean> {
    // Tried, not waited for: a statement that waits holds a snapshot, and vacuum waits for that.
    const text = 'select pg_try_advisory_lock($1) as taken';
    const { rows } = await this.client.query<{ taken: boolean }>(text, [SEQUENCER_LOCK]);
    if (rows[0]?.taken !== true) return false;
    // Only now: those who stand by have no use for being woken. What was committed before is found by the first look.
    await this.client.query(`listen ${WAKE_CHANNEL}`);
    return true;
  }

  async openEpochOnNewServer(id: string): Promise<boolean> {
    const { rowCount } = await this.client.query(
      `with last as (select number, fingerprint from feed_epoch order by number desc limit 1)
       insert into feed_epoch (number, id, began_after, fingerprint)
       select coalesce((select number from last), 0) + 1, $1,
         coalesce((select max(position) from feed_position), 0), ${FINGERPRINT}
       where not exists (select from last where fingerprint = ${FINGERPRINT})`,
      [id],
    );
    return rowCount === 1;
  }

  unnumberedEntries(limit: number): AsyncIterable<string[]> {
    return this.#entries.batches(limit);
  }

  async numberEntries(ids: readonly string[]): Promise<void> {
    // Two sequencers at once cannot be; were they, the primary key would let one of them commit and no hole appear.
    await this.client.query(
      `insert into feed_position (position, entry_id)
       select coalesce((select max(position) from feed_position), 0) + n, id
       from unnest($1::uuid[]) with ordinality as t(id, n)`,
      [ids],
    );
  }

  async *unsealedEvents(limit: number): AsyncGenerator<Omit<AuditRecord, 'sequence'>[]> {
    for await (const ids of this.#events.batches(limit)) {
      const { rows } = await this.client.query<Omit<AuditRecord, 'sequence'>>(
        `select ${AUDIT_COLUMNS} from unnest($1::uuid[]) with ordinality as t(wanted, n)
         join audit_event e on e.id = t.wanted order by t.n`,
        [ids],
      );
      yield rows;
    }
  }

  async auditHead(): Promise<ChainHead> {
    const { rows } = await this.client.query<{ position: string; hash: string }>(
      `select position, encode(hash, 'hex') as hash from audit_seal order by position desc limit 1`,
    );
    const [last] = rows;
    return last ? { sequence: BigInt(last.position), hash: last.hash } : EMPTY_CHAIN;
  }

  async sealEvents(sealed: readonly SealedRecord[]): Promise<void> {
    const rows = sealed.map(({ record: { sequence, id, subject, type }, hash }) => ({
      position: sequence,
      event_id: id,
      subject,
      type,
      hash,
    }));
    await this.client.query(
      `insert into audit_seal (position, event_id, subject, type, hash)
       select position, event_id, subject, type, decode(hash, 'hex')
       from jsonb_to_recordset($1::jsonb) as t(position bigint, event_id uuid, subject text, type text, hash text)`,
      [JSON.stringify(rows)],
    );
  }

  lookEverywhere(): void {
    this.#entries.everywhere();
    this.#events.everywhere();
  }

  close(): Promise<void> {
    return end(this.client);
  }
}

/** Ends a connection, or leaves it to the operating system where it no longer answers. */
async function end(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
  await Promise.race([client.end().catch(() => undefined), patience]);
  clearTimeout(timer);
}
