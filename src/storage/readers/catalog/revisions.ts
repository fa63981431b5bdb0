import type { RevisedEntity, Revision } from '../../../application/ports/catalog-reader.js';
import type { Page, PageRequest } from '../../../application/ports/page.js';
import type { Sql } from '../../sql.js';
import { Conditions, readPage } from '../keyset.js';

type RevisionRow = Omit<Revision, 'id'> & { owner: string };

const TABLES = {
  SKU: { name: 'sku_revision', owner: 'sku_id' },
  PRODUCT: { name: 'product_revision', owner: 'product_id' },
} as const;

/** Revisions of one SKU or product, newest first. */
export function readRevisions(
  sql: Sql,
  entity: RevisedEntity,
  id: string,
  page: PageRequest,
  asOf: Date | null,
): Promise<Page<Revision>> {
  const { name, owner } = TABLES[entity];
  const { where, values } = new Conditions()
    .add(id, (place) => `v.${owner} = ${place}`)
    .add(asOf, (place) => `v.valid_from <= ${place}::timestamptz`);
  const order = [{ column: 'v.revision', cast: 'int' }];
  const query = { from: `${name} v`, where, values, columns: columnsOf(owner), order, descending: true };
  return readPage<RevisionRow, Revision>(sql, page, query, revisionOf);
}

/** Revisions by their ids, which must be well-formed: `<uuid>.<revision>`. */
export async function readRevisionsByIds(
  sql: Sql,
  entity: RevisedEntity,
  ids: readonly string[],
): Promise<Map<string, Revision>> {
  const { name, owner } = TABLES[entity];
  const keys = ids.map((id) => id.split('.'));
  const rows = await sql.rows<RevisionRow>(
    `select ${columnsOf(owner)} from unnest($1::uuid[], $2::int[]) as asked(id, revision)
       join ${name} v on v.${owner} = asked.id and v.revision = asked.revision`,
    [keys.map(([id]) => id), keys.map(([, revision]) => revision)],
  );
  return new Map(rows.map(revisionOf).map((revision) => [revision.id, revision]));
}

function columnsOf(owner: string): string {
  return `v.${owner} as owner, v.revision, v.valid_from as "appliedAt", v.actor, v.reason,
    v.change_request_id as "changeRequestId", v.changes, v.snapshot`;
}

function revisionOf({
  owner,
  revision,
  appliedAt,
  actor,
  reason,
  changeRequestId,
  changes,
  snapshot,
}: RevisionRow): Revision {
  return { id: `${owner}.${revision}`, revision, appliedAt, actor, reason, changeRequestId, changes, snapshot };
}
