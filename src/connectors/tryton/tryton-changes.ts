import { ConnectorError } from '../../application/ports/connector.js';
import type { ChangePage } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import { faultOf, parsedJson } from '../faults.js';
import type { TrytonDatabase } from './tryton-database.js';
import { ANY_STATE } from './tryton-database.js';
import { idOf, ITEMS_A_PAGE } from './tryton-reader.js';
import type { TrytonReader } from './tryton-reader.js';
import type { Domain, Row, Stamp } from './tryton-wire.js';
import { datetime, isRow, textIn } from './tryton-wire.js';

/**
 * How far behind the latest timestamp the next look begins. A row bears the instant at which its transaction began and is
 * seen when that ends; and a clock that is set back gives new rows old instants. Both are made up for as long as they stay
 * below this; what goes beyond it, a full scan finds.
 */
const OVERLAP_SECONDS = 900;

/** Where a look stands. All instants are Tryton's own; our clock says no more than which of them cannot be true. */
interface Position {
  /** Rows with a timestamp from here on have been, or are being, told. */
  since: Stamp;
  /** Within a look that is not over: told up to this id; 0: from the beginning. */
  after: number;
  /** The latest timestamp that was seen so far. */
  latest: Stamp;
}

/**
 * What has changed since a cursor. A look asks for everything from one instant on and goes through it by id, so that
 * neither equal timestamps nor those that change meanwhile hide anything. Rows that were deleted leave no trace.
 */
export async function* trytonChanges(
  database: TrytonDatabase,
  reader: TrytonReader,
  cursor: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ChangePage> {
  if (cursor === null) {
    const latest = notAhead(await latestStamp(database, signal));
    yield { records: [], gone: [], cursor: cursorText({ since: latest, after: 0, latest }) };
    return;
  }
  let position = readCursor(cursor);
  for (;;) {
    const ids = await changedIds(database, position, signal);
    const records = ids.length > 0 ? await reader.byIds(ids, signal) : [];
    const stamps = records.map(({ updatedAt }) => String(Date.parse(updatedAt ?? '') / 1000));
    const latest = notAhead([position.latest, ...stamps].reduce((a, b) => (Number(b) > Number(a) ? b : a)));
    const isOver = ids.length < ITEMS_A_PAGE;
    position = isOver
      ? { since: latest, after: 0, latest }
      : { since: position.since, after: ids.at(-1) ?? position.after, latest };
    yield { records, gone: [], cursor: cursorText(position) };
    if (isOver) return;
  }
}

async function changedIds(
  database: TrytonDatabase,
  { since, after }: Position,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { hasKits, hasTariffs } = await database.surroundings(signal);
  const from = datetime(String(Math.max(0, Number(since) - OVERLAP_SECONDS)));
  const paths = ['', 'template.', 'identifiers.'];
  if (hasKits) paths.push('components.', 'template.components.');
  if (hasTariffs) paths.push('template.tariff_codes.', 'template.tariff_codes.tariff_code.');
  const dates = paths.flatMap((path): Json[] => [
    [`${path}write_date`, '>=', from],
    [`${path}create_date`, '>=', from],
  ]);
  const domain: Domain = [['OR', ...dates], ['id', '>', after], ANY_STATE];
  const options = { limit: ITEMS_A_PAGE, order: [['id', 'ASC']] };
  return (await database.rows('product.product', domain, ['id'], options, signal)).map(idOf);
}

/**
 * A stamp of the future is a clock's that went ahead: once it is set right again, nothing would be told until it is reached.
 * Where that clock is always ahead, a little more is told twice.
 */
function notAhead(stamp: Stamp): Stamp {
  const now = Date.now() / 1000;
  return Number(stamp) > now ? String(now) : stamp;
}

/** The latest timestamp of any row that an item is made of; the beginning of time where there is none. */
async function latestStamp(database: TrytonDatabase, signal: AbortSignal | undefined): Promise<Stamp> {
  let latest = '0';
  for (const model of ['product.product', 'product.template']) {
    for (const field of ['write_date', 'create_date']) {
      const options = { limit: 1, order: [[field, 'DESC NULLS LAST']] };
      const rows: Row[] = await database.rows(model, [ANY_STATE], ['_timestamp'], options, signal);
      const stamp = textIn(rows[0] ?? null, '_timestamp') ?? '0';
      if (Number(stamp) > Number(latest)) latest = stamp;
    }
  }
  return latest;
}

function cursorText(position: Position): string {
  return JSON.stringify(position);
}

/** @throws ConnectorError VALIDATION for a text that is no cursor of ours. */
function readCursor(text: string): Position {
  const value = parsedJson(text);
  const { since, after, latest } = isRow(value) ? value : {};
  const isStamp = (each: Json | undefined): each is string => typeof each === 'string' && /^\d+(\.\d+)?$/.test(each);
  if (!isStamp(since) || !isStamp(latest) || typeof after !== 'number')
    throw new ConnectorError(faultOf('VALIDATION', 'the cursor is none of this connector'));
  return { since, after, latest };
}
