import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a delivery costs the database, and that it costs no more when a product has a long history. Frozen: never edited after release. */
export class DeliverySpeed00359790000000035 implements MigrationInterface {
  name = 'DeliverySpeed00359790000000035';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      -- What is owed of a product is found without going through all that was ever delivered of it.
      create index delivery_open on delivery (product_id, system) where state in ('PENDING', 'IN_FLIGHT', 'RETRYING');

      -- A delivery changes its state three times, and each time is entered anew in every index that it stands in.
      drop index delivery_assignee, delivery_finding;
      create index delivery_assignee on delivery (assignee_id) where assignee_id is not null;
      create index delivery_finding on delivery (finding_id) where finding_id is not null;

      -- It follows from the record's. Checked by itself it locks the system's one row, of which all workers then share the locks.
      alter table attempt drop constraint attempt_system_fkey;

      -- Leased and renewed in place: a lane is in no index by its lease.
      alter table lane set (fillfactor = 50);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table lane reset (fillfactor);
      alter table attempt add constraint attempt_system_fkey foreign key (system) references system(code);
      drop index delivery_assignee, delivery_finding, delivery_open;
      create index delivery_finding on delivery (finding_id);
      create index delivery_assignee on delivery (assignee_id);
    `);
  }
}
