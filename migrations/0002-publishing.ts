import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Systems, records, deliveries, findings, scans, the webhook inbox and imports. Frozen: never edited after release. */
export class Publishing0002790000000002 implements MigrationInterface {
  name = 'Publishing0002790000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table system (
        code text primary key,
        kind text not null check (kind in ('SHOPIFY', 'ERP')),
        connector text not null,
        mode text not null check (mode in ('READ_ONLY', 'WRITE')),
        currency text not null,
        link text not null check (link in ('UNLINKED', 'LINKED')),
        health text not null check (health in ('UP', 'DEGRADED', 'DOWN', 'UNKNOWN')),
        created_at timestamptz not null default clock_timestamp()
      );
      comment on table system is 'A Shopify store or the ERP: what is remembered of it beside its configuration.';

      create table record (
        id uuid primary key,
        system text not null references system(code),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        product_id uuid not null references product(id),
        sku_id uuid references sku(id),
        external_id text,
        root_id text,
        root_code text,
        match text not null check (match in ('WAITING', 'MATCHED', 'TO_CREATE', 'MISSING')),
        waiting_since timestamptz not null default clock_timestamp(),
        published jsonb,
        published_revision int,
        published_at timestamptz,
        observed jsonb,
        observed_at timestamptz,
        compared_at timestamptz,
        in_sync boolean,
        check ((entity = 'SKU') = (sku_id is not null))
      );
      comment on table record is 'One SKU or product as one system holds it: its id there, what was last published and seen.';
      create unique index record_sku on record (system, sku_id) where entity = 'SKU';
      create unique index record_product on record (system, product_id) where entity = 'PRODUCT';
      create unique index record_external on record (system, entity, external_id) where external_id is not null;
      create index record_root on record (system, root_id);
      create index record_of_product on record (product_id, system);
      create index record_of_sku on record (sku_id);
      create index record_waiting on record (system, match) where match <> 'MATCHED';

      create table lane (
        system text not null references system(code),
        product_id uuid not null references product(id),
        due_at timestamptz,
        lease_token uuid,
        lease_until timestamptz,
        primary key (system, product_id)
      );
      comment on table lane is 'Deliveries of one product to one system run one after another: the lease on that.';
      create index lane_due on lane (system, due_at) where due_at is not null;
      create index lane_product on lane (product_id);

      create table delivery (
        id uuid primary key,
        system text not null references system(code),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        product_id uuid not null references product(id),
        sku_id uuid references sku(id),
        target text not null,
        revision int not null,
        state text not null check (state in
          ('PENDING', 'IN_FLIGHT', 'RETRYING', 'DELIVERED', 'DEAD_LETTERED', 'SUPERSEDED', 'DISCARDED')),
        attempts int not null default 0,
        conflicts int not null default 0,
        next_attempt_at timestamptz,
        last_error jsonb,
        died_at timestamptz,
        due_at timestamptz,
        change_request_id uuid references change_request(id),
        settled_by jsonb,
        note text,
        created_at timestamptz not null default clock_timestamp(),
        retried_at timestamptz,
        delivered_at timestamptz,
        check ((entity = 'SKU') = (sku_id is not null))
      );
      comment on table delivery is 'The duty to bring one record to one revision.';
      create unique index delivery_open_sku on delivery (system, sku_id)
        where entity = 'SKU' and state in ('PENDING', 'RETRYING');
      create unique index delivery_open_product on delivery (system, product_id)
        where entity = 'PRODUCT' and state in ('PENDING', 'RETRYING');
      create index delivery_request on delivery (change_request_id);
      create index delivery_product on delivery (product_id, system);
      create index delivery_sku on delivery (sku_id);
      create index delivery_state on delivery (state, created_at desc, id desc);

      create table attempt (
        id uuid primary key,
        delivery_id uuid not null references delivery(id),
        system text not null references system(code),
        record_id uuid not null references record(id),
        expected jsonb not null,
        sent_at timestamptz not null,
        settled_at timestamptz,
        outcome text check (outcome in ('CONFIRMED', 'REJECTED', 'AMBIGUOUS', 'ECHO', 'LOST'))
      );
      comment on table attempt is 'The write ledger: the values that a write of ours will leave behind, stored before it is sent.';
      create index attempt_open on attempt (record_id) where settled_at is null;
      create index attempt_delivery on attempt (delivery_id);
      create index attempt_system on attempt (system, sent_at);

      create table scan (
        id uuid primary key,
        system text not null references system(code),
        mode text not null check (mode in ('FULL', 'INCREMENTAL')),
        state text not null check (state in ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'HELD')),
        started_by jsonb not null,
        started_at timestamptz not null default clock_timestamp(),
        finished_at timestamptz,
        touched_at timestamptz not null default clock_timestamp(),
        records_read int not null default 0,
        skus_compared int not null default 0,
        findings_opened int not null default 0,
        findings_resolved int not null default 0,
        error text
      );
      comment on table scan is 'One look at a whole system.';
      create unique index scan_running on scan (system) where state = 'RUNNING';
      create index scan_system on scan (system, started_at desc);

      create table scan_record (
        scan_id uuid not null references scan(id),
        entity text not null check (entity in ('PRODUCT', 'SKU')),
        external_id text not null,
        root_id text not null,
        root_code text,
        code text,
        code_folded text,
        observed jsonb,
        primary key (scan_id, entity, external_id)
      );
      comment on table scan_record is 'What a running scan has seen; values only of records that are matched with none of ours yet.';
      create index scan_record_code on scan_record (scan_id, entity, code_folded);

      create table finding (
        id uuid primary key,
        system text not null references system(code),
        kind text not null check (kind in ('FIELD', 'MISSING', 'UNEXPECTED', 'DUPLICATE', 'RECODED', 'LIFECYCLE', 'BUNDLE')),
        identity text not null,
        record_id uuid references record(id),
        product_id uuid references product(id),
        sku_id uuid references sku(id),
        target text not null,
        field text,
        expected jsonb,
        found jsonb,
        last_published jsonb,
        severity text not null check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
        state text not null check (state in ('OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED')),
        resolution text check (resolution in ('REVERTED', 'ADOPTED', 'WAIVED', 'SELF_HEALED', 'SUPERSEDED')),
        source text not null check (source in
          ('WEBHOOK', 'INCREMENTAL_SCAN', 'FULL_SCAN', 'BEFORE_WRITE', 'VERIFY_AFTER_WRITE')),
        attribution jsonb,
        owner_id uuid references party(id),
        first_seen_at timestamptz not null,
        opened_at timestamptz not null,
        last_seen_at timestamptz not null,
        recurrences int not null default 0,
        due_at timestamptz,
        resolved_at timestamptz,
        resolved_by jsonb,
        waived_until timestamptz,
        note text,
        revert_requested_by jsonb,
        change_request_id uuid references change_request(id),
        unique (system, identity),
        check ((state = 'RESOLVED') = (resolved_at is not null))
      );
      comment on table finding is 'A difference that somebody else made, tracked until it is resolved.';
      create index finding_open on finding (system, severity) where state <> 'RESOLVED';
      create index finding_record on finding (record_id) where state <> 'RESOLVED';
      create index finding_sku on finding (sku_id) where state <> 'RESOLVED';
      create index finding_list on finding (opened_at desc, id desc);
      create index finding_request on finding (change_request_id);
      create index finding_product on finding (product_id);
      create index finding_owner on finding (owner_id);

      create table finding_event (
        id uuid primary key,
        finding_id uuid not null references finding(id),
        type text not null check (type in
          ('OPENED', 'REFRESHED', 'ACKNOWLEDGED', 'REVERT_REQUESTED', 'ADOPTION_PROPOSED', 'RESOLVED', 'REOPENED')),
        at timestamptz not null,
        actor jsonb not null,
        data jsonb not null
      );
      comment on table finding_event is 'What happened to a finding, value by value: the quarterly report counts these; append-only.';
      create index finding_event_finding on finding_event (finding_id, at);
      create index finding_event_time on finding_event (at) where type in ('OPENED', 'REOPENED', 'RESOLVED');

      create table webhook (
        id uuid primary key,
        system text not null references system(code),
        topic text not null,
        root_id text not null,
        root_code text,
        delivery_id text,
        event_id text,
        triggered_at text,
        body bytea not null,
        received_at timestamptz not null default clock_timestamp(),
        attempts int not null default 0,
        not_before timestamptz,
        handled_at timestamptz,
        result text
      );
      comment on table webhook is 'The inbox: what a system told us, stored before we answered it.';
      create index webhook_waiting on webhook (system, root_id) where handled_at is null;
      create index webhook_received on webhook (received_at);

      create table import_job (
        id uuid primary key,
        format text not null,
        mode text not null check (mode in ('baseline', 'propose')),
        state text not null check (state in ('RECEIVING', 'RUNNING', 'SUCCEEDED', 'FAILED')),
        actor jsonb not null,
        bytes bigint not null default 0,
        rows_read int not null default 0,
        skus_created int not null default 0,
        rejected int not null default 0,
        error text,
        change_request_id uuid references change_request(id),
        created_at timestamptz not null default clock_timestamp(),
        touched_at timestamptz not null default clock_timestamp(),
        runner uuid,
        runner_until timestamptz,
        finished_at timestamptz
      );
      comment on table import_job is 'One uploaded file and how far it has been taken.';
      create index import_job_open on import_job (state) where state in ('RECEIVING', 'RUNNING');
      create index import_job_request on import_job (change_request_id);

      create table import_chunk (
        import_id uuid not null references import_job(id),
        position int not null,
        bytes bytea not null,
        primary key (import_id, position)
      );
      comment on table import_chunk is 'The uploaded bytes until the import has ended, so that any worker can take them.';

      create table import_error (
        import_id uuid not null references import_job(id),
        position int not null,
        line int not null,
        "column" text,
        code text not null,
        message text not null,
        value text,
        rejected boolean not null,
        primary key (import_id, position)
      );
      comment on table import_error is 'Every row that an import could not take, and every value that it took as null.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`drop table import_error, import_chunk, import_job, webhook, finding_event, finding, scan_record, scan, attempt,
      delivery, lane, record, system`);
  }
}
