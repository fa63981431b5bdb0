import type { DeliveryState } from '../../../src/domain/publishing/delivery-state.js';
import type { OwnDatabase } from './own-database.js';

/** Each step of each delivery is kept beside the service's own tables, from the first on. */
const WATCH = `
  create schema watch;
  create table watch.step (id bigint generated always as identity primary key, delivery_id uuid, was text, became text);
  create function watch.note() returns trigger language plpgsql security definer as $$ begin
    insert into watch.step (delivery_id, was, became) values (new.id, case when tg_op = 'UPDATE' then old.state end, new.state);
    return null;
  end $$;
  create trigger watch_insert after insert on delivery for each row execute function watch.note();
  create trigger watch_update after update of state on delivery for each row
    when (old.state <> new.state) execute function watch.note();`;

export async function watchSteps(database: OwnDatabase): Promise<void> {
  await database.rows(WATCH);
}

export interface RecordFact {
  id: string;
  system: string;
  entity: 'PRODUCT' | 'SKU';
  /** SKU code or product handle. */
  target: string;
  match: string;
  in_sync: boolean | null;
  /** State of the SKU; null for a product. */
  state: string | null;
  /** Of the SKU; null for a product. */
  price: string | null;
  title: string;
}

export interface FindingFact {
  record_id: string;
  kind: string;
  field: string | null;
  state: string;
  found: unknown;
}

/** All that the master knows, as the judge needs it. */
export interface Facts {
  records: RecordFact[];
  findings: FindingFact[];
  /** `RECORD FIELD` and a value that a finding on it ever held. */
  held: { record_id: string; field: string; found: unknown }[];
  deliveries: {
    id: string;
    system: string;
    target: string;
    state: DeliveryState;
    request: string | null;
  }[];
  steps: { delivery_id: string; was: DeliveryState | null; became: DeliveryState }[];
  /** `FIELD TARGET` with every value of the master, oldest first. */
  revisions: { target: string; price: string | null; title: string; entity: 'PRODUCT' | 'SKU' }[];
  attempts: { record_id: string; price: string | null; title: string | null; sent_at: Date }[];
  /** Rows of the feed without a number, and numbers that nobody has. */
  feed: { unnumbered: number; holes: number };
}

export async function readFacts(database: OwnDatabase): Promise<Facts> {
  const rows = <T extends object>(text: string): Promise<T[]> => database.rows<T>(text);
  const [feed] = await rows<Facts['feed']>(
    `select (select count(*)::int from feed_entry e where not exists (select from feed_position p where p.entry_id = e.id)) as unnumbered,
       (select coalesce(max(position), 0) - count(*) from feed_position)::int as holes`,
  );
  return {
    records: await rows(
      `select r.id, r.system, r.entity, coalesce(s.code, p.handle) as target, r.match, r.in_sync, s.state, s.price::text as price,
         coalesce(s.title, p.title) as title
       from record r join product p on p.id = r.product_id left join sku s on s.id = r.sku_id order by r.id`,
    ),
    findings: await rows('select record_id, kind, field, state, found from finding where record_id is not null'),
    held: await rows(
      `select f.record_id, f.field, e.data->'found' as found from finding f join finding_event e on e.finding_id = f.id
       where f.record_id is not null and f.field is not null and e.type in ('OPENED', 'REOPENED', 'REFRESHED')`,
    ),
    deliveries: await rows(
      'select id, system, target, state, change_request_id as request from delivery order by created_at, id',
    ),
    steps: await rows('select delivery_id, was, became from watch.step order by id'),
    revisions: await rows(
      // By number, never by what it says: as texts, wave 10 would come before wave 9.
      `select s.code as target, v.snapshot->>'price' as price, v.snapshot->>'title' as title, 'SKU' as entity, v.revision
         from sku_revision v join sku s on s.id = v.sku_id
       union all
       select p.handle, null, v.snapshot->>'title', 'PRODUCT', v.revision
         from product_revision v join product p on p.id = v.product_id
       order by target, entity, revision`,
    ),
    attempts: await rows(
      `select record_id, expected->>'price' as price, coalesce(expected->>'title', expected->>'product.title') as title, sent_at
       from attempt`,
    ),
    feed: feed ?? { unnumbered: 0, holes: 0 },
  };
}
