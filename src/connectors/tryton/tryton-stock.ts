import { ConnectorError } from '../../application/ports/connector.js';
import type { StockLine } from '../../application/ports/stock-store.js';
import { faultOf } from '../faults.js';
import type { TrytonDatabase } from './tryton-database.js';
import { idOf, ITEMS_A_PAGE } from './tryton-reader.js';
import { date, numberIn, textIn } from './tryton-wire.js';

/**
 * Stock on hand in all warehouses together, whatever zone it lies in, of goods that are in use and have a code. A kit has none of its own: what could
 * be made of its components is no figure that anybody counted.
 */
export async function* trytonStock(database: TrytonDatabase, signal?: AbortSignal): AsyncGenerator<StockLine[]> {
  const { hasStock } = await database.surroundings(signal);
  if (!hasStock)
    throw new ConnectorError(faultOf('VALIDATION', 'the module stock is not activated: Tryton keeps no stock'));
  const warehouses = await database.rows('stock.location', [['type', '=', 'warehouse']], ['id'], {}, signal);
  const context = {
    locations: warehouses.map(idOf),
    with_childs: true,
    stock_date_end: date(new Date()),
  };
  for (let after = 0; ;) {
    const domain = [
      ['id', '>', after],
      ['code', '!=', null],
      ['template.type', '=', 'goods'],
    ];
    const options = { limit: ITEMS_A_PAGE, order: [['id', 'ASC']], context };
    const rows = await database.rows('product.product', domain, ['code', 'quantity'], options, signal);
    const lines = rows.flatMap((row): StockLine[] => {
      const [code, onHand] = [textIn(row, 'code'), numberIn(row, 'quantity')];
      return code === null ? [] : [{ code, onHand: onHand === null ? null : plain(onHand) }];
    });
    if (lines.length > 0) yield lines;
    const last = rows.at(-1);
    if (rows.length < ITEMS_A_PAGE || !last) return;
    after = idOf(last);
  }
}

/** Tryton counts in binary fractions and rounds them to the unit's digits; six places hold whatever those are. */
function plain(quantity: number): string {
  return String(Number(quantity.toFixed(6)));
}
