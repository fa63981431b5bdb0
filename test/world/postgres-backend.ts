import { Client } from 'pg';
import type { Wakeups } from '../../src/application/ports/unit-of-work.js';
import type { GovernedSystem } from '../../src/domain/publishing/system.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Source } from '../../src/storage/data-source.js';
import { openSource } from '../../src/storage/data-source.js';
import { SqlObservationStore } from '../../src/storage/observation-store.js';
import { SqlPublishingQueue } from '../../src/storage/publishing-queue.js';
import { SqlScanStore } from '../../src/storage/scans/scan-store.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { ProductRow, SkuRow } from '../../src/storage/stores/catalog-rows.js';
import { productOf, skuOf } from '../../src/storage/stores/catalog-rows.js';
import { registerSystems } from '../../src/storage/stores/system-store.js';
import { SqlUnitOfWork } from '../../src/storage/unit-of-work.js';
import { freshDatabase } from '../support/fresh-database.js';
import type { Backend, Inspection, Present, SeenDelivery, SeenFinding, SeenRecord } from './backend.js';
import { numberedIds } from './dice.js';
import type { Transition } from './memory/tables.js';

/**
 * The time of the world, in place of the database's own: `clock_timestamp()` is found in this schema first. It moves a
 * microsecond each time that it is asked, so that no two moments are one. Each step of a delivery is kept, and a master may
 * be emptied for the next story.
 */
const SIMULATED_TIME = `
  do $$ declare c record; begin
    for c in select tgrelid::regclass as tbl, tgname from pg_trigger where not tgisinternal and tgtype & 32 <> 0 loop
      execute format('alter table %s disable trigger %I', c.tbl, c.tgname);
    end loop;
  end $$;
  create schema sim;
  grant usage on schema sim to skuward_app;
  create sequence sim.tick;
  grant usage, select, update on sequence sim.tick to skuward_app;
  create function sim.clock_timestamp() returns timestamptz language sql volatile as $$
    select timestamptz 'epoch' + (t / 1000000) * interval '1 second' + (t % 1000000) * interval '1 microsecond'
    from nextval('sim.tick') t $$;
  do $$ declare c record; begin
    for c in select d.adrelid::regclass as tbl, a.attname as col from pg_attrdef d
        join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where pg_get_expr(d.adbin, d.adrelid) = 'clock_timestamp()' loop
      execute format('alter table %s alter column %I set default sim.clock_timestamp()', c.tbl, c.col);
    end loop;
  end $$;
  create table sim.transition (id bigint generated always as identity primary key, delivery_id uuid, was text, became text);
  create function sim.note() returns trigger language plpgsql security definer as $$ begin
    insert into sim.transition (delivery_id, was, became)
      values (new.id, case when tg_op = 'UPDATE' then old.state end, new.state);
    return null;
  end $$;
  create trigger sim_insert after insert on delivery for each row execute function sim.note();
  create trigger sim_update after update of state on delivery for each row when (old.state <> new.state) execute function sim.note();
  grant select on sim.transition to skuward_app;`;

const NO_WAKEUPS: Wakeups = {
  deliveriesDue: () => Promise.resolve(),
  validationDue: () => Promise.resolve(),
  webhookArrived: () => Promise.resolve(),
  scanDue: () => Promise.resolve(),
  bundleDue: () => Promise.resolve(),
  requestsDue: () => Promise.resolve(),
  findingsDue: () => Promise.resolve(),
};

/** A PostgreSQL of the caller's own in which the world's time runs. */
export class WorldDatabase {
  private constructor(
    private readonly owner: Client,
    private readonly source: Source,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<WorldDatabase> {
    const fresh = await freshDatabase();
    const owner = new Client(fresh.ownerUrl);
    await owner.connect();
    await owner.query(SIMULATED_TIME);
    const { pathname } = new URL(fresh.ownerUrl);
    await owner.query(`alter database ${pathname.slice(1)} set search_path = sim, public, pg_catalog`);
    return new WorldDatabase(owner, await openSource(fresh.appUrl), () => fresh.drop());
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.owner.end();
    await this.drop();
  }

  /** An empty master over the real stores. Whatever an earlier one left is gone. */
  async backend(systems: readonly GovernedSystem[]): Promise<Backend> {
    await this.owner.query('truncate product, system, feed_entry, audit_event, alert, sim.transition cascade');
    const newId = numberedIds();
    await registerSystems(sqlOver(this.source), systems, newId);
    return new PostgresBackend(this.source, newId);
  }
}

class PostgresBackend implements Backend {
  readonly queue: SqlPublishingQueue;
  readonly observations: SqlObservationStore;
  readonly scans: SqlScanStore;
  private readonly work: SqlUnitOfWork;
  /** What the time is, where the database does not know it yet. */
  private time: number | null = null;

  constructor(
    private readonly source: Source,
    readonly newId: () => string,
  ) {
    this.queue = this.onTime(new SqlPublishingQueue(source, () => NO_WAKEUPS, newId));
    this.observations = this.onTime(new SqlObservationStore(source, () => NO_WAKEUPS, newId));
    this.scans = this.onTime(new SqlScanStore(source, () => NO_WAKEUPS, newId));
    this.work = new SqlUnitOfWork(source, () => NO_WAKEUPS, newId, 'USD');
  }

  async setTime(now: number): Promise<void> {
    this.time = now;
  }

  /** The database is told the time when it is asked something: most steps of a story do not ask it. */
  private async tellTime(): Promise<void> {
    const { time } = this;
    if (time === null) return;
    this.time = null;
    await sqlOver(this.source).rows('select setval($1, $2)', ['sim.tick', time * 1_000]);
  }

  /** The same store, that tells the time before each of its methods. */
  private onTime<T extends object>(store: T): T {
    const told = new Map<string, unknown>();
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(store))) {
      const method: unknown = Reflect.get(store, name);
      if (name === 'constructor' || typeof method !== 'function') continue;
      told.set(name, async (...args: unknown[]): Promise<unknown> => {
        await this.tellTime();
        return Reflect.apply(method, store, args);
      });
    }
    return new Proxy(store, { get: (_, name) => told.get(String(name)) });
  }

  transact: Backend['transact'] = async (work) => {
    await this.tellTime();
    return this.work.run(work);
  };

  systems(): Promise<GovernedSystem[]> {
    return this.rows('select code, kind, connector, mode, currency, link from system order by code');
  }

  async present(): Promise<Present> {
    const products = await this.rows<ProductRow>('select * from product order by id');
    const skus = await this.rows<SkuRow>('select * from sku order by id');
    return {
      products: products.map(productOf),
      skus: skus.map(skuOf),
      records: await this.rows<SeenRecord>(
        `select id, system, entity, product_id as "productId", sku_id as "skuId", external_id as "externalId", match, published
         from record order by id`,
      ),
      findings: await this.rows<SeenFinding>(
        `select id, system, kind, state, record_id as "recordId", field, found from finding order by id`,
      ),
    };
  }

  async inspect(): Promise<Inspection> {
    return {
      ...(await this.present()),
      deliveries: await this.rows<SeenDelivery>(
        `select id, system, entity, product_id as "productId", sku_id as "skuId", target, state, revision from delivery order by id`,
      ),
      transitions: await this.rows<Transition>(
        'select delivery_id as "deliveryId", was as "from", became as "to" from sim.transition order by id',
      ),
    };
  }

  heldValues: Backend['heldValues'] = async (system, entity, code, field) => {
    const rows = await this.rows<{ isLinked: boolean; found: Json; isHeld: boolean }>(
      `select r.external_id is not null as "isLinked", e.data->'found' as found, e.id is not null as "isHeld"
       from record r join product p on p.id = r.product_id left join sku s on s.id = r.sku_id
         left join finding f on f.record_id = r.id and f.field = $4
         left join finding_event e on e.finding_id = f.id and e.type in ('OPENED', 'REOPENED', 'REFRESHED')
       where r.system = $1 and r.entity = $2 and coalesce(s.code, p.handle) = $3`,
      [system, entity, code, field],
    );
    const values = rows.flatMap(({ found, isHeld }) => (isHeld ? [found] : []));
    return { isLinked: rows[0]?.isLinked ?? false, values };
  };

  async due(): Promise<{ lanes: string[]; inboxes: string[] }> {
    return {
      lanes: await this.queue.systemsWithDue(),
      inboxes: await this.observations.systemsWithWebhooks(),
    };
  }

  async nextDue(): Promise<number | null> {
    const [row] = await this.rows<{ at: string | null }>(
      `select ceil(extract(epoch from min(t)) * 1000)::text as at from (
         select greatest(l.due_at, l.lease_until, y.probe_at) + interval '1 millisecond' as t from lane l join system y on y.code = l.system
           where l.due_at is not null and y.link = 'LINKED' and y.mode = 'WRITE'
         union all select coalesce(not_before, received_at) from webhook where handled_at is null) x`,
    );
    return row?.at ? Number(row.at) : null;
  }

  private async rows<T>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    await this.tellTime();
    return sqlOver(this.source).rows<T>(text, [...values]);
  }
}
