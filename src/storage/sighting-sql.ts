import { sightingOf } from '../domain/onboarding/sighting.js';
import type { ObservedRecord, RecordEntity } from '../domain/publishing/system.js';
import type { Sql } from './sql.js';

/**
 * Keeps what a running scan has seen beside what the last complete one saw. The share lock makes the end of the scan
 * wait, which drops what it must not leave behind.
 */
export async function keepSightings(
  sql: Sql,
  newId: () => string,
  scanId: string,
  batch: readonly ObservedRecord[],
): Promise<void> {
  const of = (wanted: RecordEntity): string =>
    JSON.stringify(batch.filter(({ entity }) => entity === wanted).map(sightingOf));
  await sql.rows(
    `insert into sighting (id, scan_id, products, skus)
     select $1, id, $3, $4 from scan where id = $2 and state = 'RUNNING' for share`,
    [newId(), scanId, of('PRODUCT'), of('SKU')],
  );
}

/**
 * At a scan's end, in its transaction: a full scan that was complete puts its sightings in the place of those before,
 * and any other leaves none, so that what is kept is always one whole look at a system.
 */
export async function settleSightings(sql: Sql, scanId: string): Promise<void> {
  const complete = await sql.rows<{ system: string }>(
    `select system from scan where id = $1 and state = 'SUCCEEDED' and mode = 'FULL'`,
    [scanId],
  );
  const [scan] = complete;
  if (!scan) {
    await sql.rows('delete from sighting where scan_id = $1', [scanId]);
    return;
  }
  await sql.rows('update scan set sighted = false where system = $1 and sighted and id <> $2', [scan.system, scanId]);
  await sql.rows('update scan set sighted = true where id = $1', [scanId]);
  await sql.rows(
    `delete from sighting s using scan c where c.id = s.scan_id and c.system = $1 and not c.sighted and c.state <> 'RUNNING'`,
    [scan.system],
  );
}
