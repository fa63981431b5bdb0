import type { AuditEventView, AuditLogReader, AuditQuery } from '../../application/ports/audit-log-reader.js';
import type { Page, PageRequest } from '../../application/ports/page.js';
import type { Actor } from '../../domain/actor.js';
import type { AuditRecord, ChainHead, FoundSeal } from '../../domain/audit/audit-chain.js';
import { canonicalRecord, EMPTY_CHAIN } from '../../domain/audit/audit-chain.js';
import type { Json } from '../../domain/primitives/json.js';
import { Instant } from '../../domain/primitives/instant.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { Conditions, readPage } from './keyset.js';

interface PlaceRow {
  position: string;
  event_id: string;
  hash: string;
}

/** An event's columns; all null where the event is gone. */
type EventRow = { [key in keyof Omit<AuditRecord, 'sequence'>]: AuditRecord[key] };

/**
 * An audit event `e` as what its hash covers (AuditRecord without its sequence). The instant is text made by PostgreSQL,
 * to the microsecond, so that no reader's time zone or rounding has a part in it.
 */
export const AUDIT_COLUMNS = `e.id, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  e.actor, e.type, e.subject, e.data`;

const PLACE = `s.position, s.event_id, encode(s.hash, 'hex') as hash`;

export class SqlAuditLogReader implements AuditLogReader {
  constructor(private readonly sql: Sql) {}

  async events(page: PageRequest, query: AuditQuery): Promise<Page<AuditEventView>> {
    const { where, values } = new Conditions()
      .add(query.subject, (place) => `s.subject = ${place}`)
      .add(query.type, (place) => `s.type = ${place}`);
    const order = [{ column: 's.position', cast: 'bigint' }];
    const keyset = { from: 'audit_seal s', where, values, columns: PLACE, order, descending: true };
    // The page by the seals alone, each filter with an index in their order; then the events of the page.
    const places = await readPage<PlaceRow, PlaceRow>(this.sql, page, keyset, (row) => row);
    const events = await this.#eventsOf(places.items.map(({ node }) => node.event_id));
    const items = places.items.flatMap(({ cursor, node }) => {
      const event = events.get(node.event_id);
      return event ? [{ cursor, node: viewOf(node, event) }] : [];
    });
    return { ...places, items };
  }

  async eventsByIds(ids: readonly string[]): Promise<Map<string, AuditEventView>> {
    const places = await this.sql.rows<PlaceRow>(
      `select ${PLACE} from audit_seal s where s.event_id = any($1::uuid[])`,
      [ids],
    );
    const events = await this.#eventsOf(places.map(({ event_id: id }) => id));
    const views = places.flatMap((place) => {
      const event = events.get(place.event_id);
      return event ? [viewOf(place, event)] : [];
    });
    return new Map(views.map((view) => [view.id, view]));
  }

  async sealsAfter(sequence: bigint, limit: number): Promise<FoundSeal[]> {
    const rows = await this.sql.rows<PlaceRow & { seal_subject: string; seal_type: string } & EventRow>(
      `select s.position, s.hash, s.seal_subject, s.seal_type, ${AUDIT_COLUMNS}
       from (select position, event_id, encode(hash, 'hex') as hash, subject as seal_subject, type as seal_type
             from audit_seal where position > $1 order by position limit $2) s
         left join audit_event e on e.id = s.event_id
       order by s.position`,
      [sequence, limit],
    );
    return rows.map(({ position, hash, seal_subject: subject, seal_type: type, ...event }) => {
      // The copies that pages are found by are outside the hash: one that was changed would hide its event.
      const isWhole = event.id !== null && event.subject === subject && event.type === type;
      return { sequence: BigInt(position), hash, record: isWhole ? recordOf(position, event) : null };
    });
  }

  async headAt(sequence: bigint): Promise<ChainHead | null> {
    const row = await firstRow<PlaceRow>(this.sql, `select ${PLACE} from audit_seal s where s.position = $1`, [
      sequence,
    ]);
    return row && { sequence: BigInt(row.position), hash: row.hash };
  }

  async head(): Promise<ChainHead> {
    const text = `select ${PLACE} from audit_seal s order by s.position desc limit 1`;
    const row = await firstRow<PlaceRow>(this.sql, text);
    return row ? { sequence: BigInt(row.position), hash: row.hash } : EMPTY_CHAIN;
  }

  async #eventsOf(ids: readonly string[]): Promise<Map<string, EventRow>> {
    if (ids.length === 0) return new Map();
    const text = `select ${AUDIT_COLUMNS} from audit_event e where e.id = any($1::uuid[])`;
    const rows = await this.sql.rows<EventRow>(text, [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }
}

function recordOf(sequence: string, { id, at, actor, type, subject, data }: EventRow): AuditRecord {
  return { sequence, id, at, actor, type, subject, data };
}

function viewOf({ position, hash }: PlaceRow, event: EventRow): AuditEventView {
  const at = Instant.read(event.at);
  if (!at) throw new Error(`the audit event ${event.id} bears the instant ${event.at}`);
  const record = recordOf(position, event);
  return {
    id: event.id,
    sequence: position,
    at,
    actor: actorOf(event.actor),
    type: event.type,
    subject: event.subject,
    data: event.data,
    hash,
    // Costs more than all the rest, and few ask for it.
    get canonical() {
      return canonicalRecord(record);
    },
  };
}

/** Stored as whoever appended the event had it; only the API's own shape is relied upon. */
function actorOf(actor: Json): Actor {
  return actor as unknown as Actor;
}
