import type { StockLine, StockStore } from '../../application/ports/stock-store.js';
import type { StockLevel } from '../../domain/gates/gate.js';
import { decimalText } from '../../domain/primitives/decimal.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

interface StockRow {
  sku_id: string;
  system: string;
  on_hand: string;
  reported_at: Date;
}

/** Levels by SKU id, one statement for however many SKUs. */
export async function readStock(sql: Sql, skuIds: readonly string[]): Promise<Map<string, StockLevel[]>> {
  const rows = await sql.rows<StockRow>(
    `select sku_id, system, on_hand, reported_at from stock_level where sku_id = any($1::uuid[]) order by sku_id, system`,
    [skuIds],
  );
  const levels = Map.groupBy(rows, (row) => row.sku_id);
  return new Map(
    [...levels].map(([skuId, of]) => [
      skuId,
      of.map((row) => ({ system: row.system, onHand: decimalText(row.on_hand), reportedAt: row.reported_at })),
    ]),
  );
}

/**
 * An ERP's code means the SKU whose record there bears it, for a renamed item is still the same item; else the SKU of
 * that code.
 */
const SKU_OF_LINE = `coalesce(
  (select r.sku_id from record r where r.system = $1 and r.entity = 'SKU' and r.root_code = l.code limit 1),
  (select s.id from sku s where s.code_folded = l.folded))`;

export class SqlStockStore implements StockStore {
  constructor(
    private readonly sql: Sql,
    private readonly inTransaction: <T>(work: (tx: Sql) => Promise<T>) => Promise<T>,
  ) {}

  levelsOfSkus(skuIds: readonly string[]): Promise<Map<string, StockLevel[]>> {
    return readStock(this.sql, skuIds);
  }

  async take(system: string, lines: readonly StockLine[]): Promise<{ strangers: number }> {
    const known = new Map(lines.map((line) => [line.code, line]));
    const rows = [...known.values()]
      .filter(({ onHand }) => onHand !== null)
      .map(({ code, onHand }) => ({ code, folded: foldCode(code), on_hand: onHand }));
    const [answer] = await this.sql.rows<{ strangers: number }>(
      `with line as (
         select ${SKU_OF_LINE} as sku_id, l.on_hand
         from jsonb_to_recordset($2::jsonb) as l(code text, folded text, on_hand numeric)
       ), taken as (
         insert into stock_level (system, sku_id, on_hand, reported_at)
         select distinct on (sku_id) $1, sku_id, on_hand, clock_timestamp() from line where sku_id is not null
         on conflict (sku_id, system) do update set on_hand = excluded.on_hand, reported_at = excluded.reported_at
       )
       select count(*)::int as strangers from line where sku_id is null`,
      [system, JSON.stringify(rows)],
    );
    return { strangers: answer?.strangers ?? 0 };
  }

  async forgetUnnamed(system: string, since: Date, unreadable: readonly string[]): Promise<void> {
    await this.inTransaction(async (tx) => {
      await tx.rows(
        `delete from stock_level v where v.system = $1 and v.reported_at < $2 and not exists (
           select from unnest($3::text[], $4::text[]) as l(code, folded) where ${SKU_OF_LINE} = v.sku_id)`,
        [system, since, unreadable, unreadable.map(foldCode)],
      );
    });
  }
}
