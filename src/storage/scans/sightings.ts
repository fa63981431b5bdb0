import type { SeenPiece } from '../../application/ports/scan-store.js';
import { sightingOf } from '../../domain/onboarding/sighting.js';
import type { ObservedRecord, RecordEntity } from '../../domain/publishing/system.js';
import type { Sql } from '../sql.js';

/**
 * Keeps what a running scan has seen, piece by piece, beside what the last complete one saw. A piece that was seen before
 * is the same, and so is its sighting.
 */
export async function keepSightings(
  sql: Sql,
  scanId: string,
  pieces: readonly SeenPiece[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const of = (records: readonly ObservedRecord[], wanted: RecordEntity): object[] =>
    records.filter(({ entity }) => entity === wanted).map(sightingOf);
  const rows = pieces.map(({ fingerprint, records }) => ({
    id: ids.get(fingerprint),
    products: of(records, 'PRODUCT'),
    skus: of(records, 'SKU'),
  }));
  await sql.rows(
    `insert into sighting (id, scan_id, products, skus)
     select id, $2, products, skus from jsonb_to_recordset($1::jsonb) as n(id uuid, products json, skus json)
     on conflict (id) do nothing`,
    [JSON.stringify(rows), scanId],
  );
}

/**
 * At the end of a full scan that was complete, in its transaction: the sightings of all its pieces, those among them that it
 * did not have to look into, take the place of those before, so that what is kept is always one whole look at a system.
 */
export async function settleSightings(sql: Sql, scanId: string, system: string): Promise<void> {
  await sql.rows('update scan set sighted = false where system = $1 and sighted and id <> $2', [system, scanId]);
  await sql.rows('update scan set sighted = true where id = $1', [scanId]);
  await sql.rows(
    `update sighting s set scan_id = $1 from scan_piece k where k.id = s.id and k.seen_in = $1 and s.scan_id <> $1`,
    [scanId],
  );
  await sql.rows(`delete from sighting s using scan c where c.id = s.scan_id and c.system = $1 and c.id <> $2`, [
    system,
    scanId,
  ]);
}
