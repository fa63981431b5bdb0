import type { MasterSku, MatchSources, ScannedSystem } from '../application/ports/onboarding-store.js';
import type { LifecycleState } from '../domain/catalog/lifecycle.js';
import type { WeightUnit } from '../domain/catalog/sku.js';
import { weightInGrams } from '../domain/catalog/sku.js';
import type { Sighting } from '../domain/onboarding/sighting.js';
import { decimalText } from '../domain/primitives/decimal.js';
import type { RecordEntity } from '../domain/publishing/system.js';
import type { Sql } from './sql.js';
import { firstRow } from './sql.js';

const SKUS = 2_000;
/** Batches of a scan that are read at a time; each holds some 500 records. */
const BATCHES = 4;

/**
 * One text for everything that a match is made of: another text, another match. The sums go up with every revision,
 * whatever the order in which transactions commit, which the newest instant would not.
 */
export async function matchInputs(sql: Sql, basis: string): Promise<string> {
  const row = await firstRow<{ inputs: string }>(
    sql,
    `select md5(jsonb_build_array($1::text,
       (select jsonb_agg(jsonb_build_array(y.code, y.currency, c.id) order by y.code)
        from system y left join scan c on c.system = y.code and c.sighted),
       (select jsonb_build_array(count(*), sum(revision)) from sku),
       (select jsonb_build_array(count(*), sum(hashtextextended(system || ' ' || external_id, 0)::numeric)) from record
        where entity = 'SKU' and external_id is not null))::text) as inputs`,
    [basis],
  );
  if (!row) throw new Error('the database did not say what the match is made of');
  return row.inputs;
}

export function scannedSystems(sql: Sql): Promise<ScannedSystem[]> {
  return sql.rows<ScannedSystem>(
    `select y.code, y.currency, c.finished_at as "scannedAt" from system y left join scan c on c.system = y.code and c.sighted
     order by y.code`,
  );
}

/** Reads in pages, so that no more than one of them is in memory beside what the match keeps of it. */
export class SqlMatchSources implements MatchSources {
  constructor(
    private readonly sql: Sql,
    readonly systems: ScannedSystem[],
  ) {}

  async *sightings(system: string, entity: RecordEntity): AsyncGenerator<Sighting[]> {
    const known = new Set<string>();
    for (let after: string | null = null; ;) {
      const rows: { id: string; records: Sighting[] }[] = await this.sql.rows(
        `select s.id, s.${entity === 'SKU' ? 'skus' : 'products'} as records from sighting s
         where s.scan_id = (select id from scan where system = $1 and sighted) and ($2::uuid is null or s.id > $2)
         order by s.id limit ${BATCHES}`,
        [system, after],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
      yield rows.flatMap(({ records }) => records).filter(({ externalId }) => known.size < known.add(externalId).size);
    }
  }

  async storedIds(system: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.sql.rows<{ external_id: string; sku_id: string }>(
      `select external_id, sku_id from record where system = $1 and entity = 'SKU' and external_id is not null`,
      [system],
    );
    return new Map(rows.map((row) => [row.external_id, row.sku_id]));
  }

  async *masterSkus(): AsyncGenerator<MasterSku[]> {
    for (let after: string | null = null; ;) {
      const rows: MasterRow[] = await this.sql.rows(
        `select id, code, state, listed_in, title, gtin, price, compare_at_price, cost, weight_value, weight_unit, hs_code,
           country_of_origin, unit_of_measure
         from sku where $1::uuid is null or id > $1 order by id limit ${SKUS}`,
        [after],
      );
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
      yield rows.map(masterSkuOf);
    }
  }
}

interface MasterRow {
  id: string;
  code: string;
  state: LifecycleState;
  listed_in: string[];
  title: string;
  gtin: string | null;
  price: string | null;
  compare_at_price: string | null;
  cost: string | null;
  weight_value: string | null;
  weight_unit: WeightUnit | null;
  hs_code: string | null;
  country_of_origin: string | null;
  unit_of_measure: string | null;
}

function masterSkuOf(row: MasterRow): MasterSku {
  const { weight_value: value, weight_unit: unit } = row;
  return {
    id: row.id,
    code: row.code,
    state: row.state,
    listedIn: row.listed_in,
    fields: {
      title: row.title,
      gtin: row.gtin,
      price: row.price,
      compareAtPrice: row.compare_at_price,
      cost: row.cost,
      weight: value === null || unit === null ? null : weightInGrams({ value: decimalText(value), unit }),
      hsCode: row.hs_code,
      countryOfOrigin: row.country_of_origin,
      unitOfMeasure: row.unit_of_measure,
    },
  };
}
