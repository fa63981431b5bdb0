import type { Check } from '../../application/ports/connector.js';
import { ConnectorError } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import type { ObservedRecord } from '../../domain/publishing/system.js';
import { failed, messageOf, ok, warning } from '../checks.js';

/** What is asked of an ERP that speaks the generic contract, to see whether it does. */
export interface Asking {
  /** The body of a page of one row. */
  page(list: 'items' | 'stock'): Promise<{ [key: string]: Json }>;
  /** An item of such a page, as it is read. */
  read(item: Json): ObservedRecord;
  item(code: string): Promise<ObservedRecord | null>;
}

/** Looks at everything that it takes to work with an ERP of the generic contract, and changes nothing in it. Throws nothing. */
export async function diagnose(asking: Asking): Promise<Check[]> {
  let items: { [key: string]: Json };
  try {
    items = await asking.page('items');
  } catch (error) {
    return [barred(error)];
  }
  return [
    ok('address', 'it lists items, and takes the token'),
    ...(await itemChecks(asking, items)),
    await stockCheck(asking),
  ];
}

/** Why nothing can be asked at all, told of what it lies at. */
function barred(error: unknown): Check {
  const fault = error instanceof ConnectorError ? error.fault : null;
  if (fault?.class === 'AUTH') return failed('token', messageOf(error), 'is it the one that the ERP knows?');
  if (fault?.code === '404' || fault?.code === 'PAGE')
    return failed('address', messageOf(error), 'is "baseUrl" right? /items is asked for right below it');
  return failed('connection', messageOf(error), 'is "baseUrl" right, and is the ERP up? Nothing is known of the rest');
}

async function itemChecks(asking: Asking, { items, next }: { [key: string]: Json }): Promise<Check[]> {
  if (!Array.isArray(items) || (next !== null && typeof next !== 'string'))
    return [
      failed('listing', 'a page without `items`, or without `next`', 'no scan is complete before this is mended'),
    ];
  const [first] = items;
  if (first === undefined) return [ok('items', 'there are none yet: nothing can be said of how they look')];
  try {
    const listed = asking.read(first);
    const read = listed.code === null ? null : await asking.item(listed.code);
    return [fieldsCheck(listed), etagCheck(listed, read)];
  } catch (error) {
    return [failed('items', messageOf(error), 'no scan is complete before this is mended')];
  }
}

function fieldsCheck({ externalId, code, unreadable }: ObservedRecord): Check {
  const which = `item ${externalId} (${code ?? 'without a code'})`;
  if (unreadable.length === 0) return ok('items', `${which} is as the contract has it`);
  const message = `${which}: not as the contract has them, so neither compared nor covered: ${unreadable.join(', ')}`;
  return warning('items', message, 'decimals are text, and active, salable and purchasable are there');
}

function etagCheck({ externalId, code }: ObservedRecord, read: ObservedRecord | null): Check {
  if (code === null) return ok('ETag', 'the first item has no code, so it was not asked for');
  if (read?.externalId !== externalId)
    return warning(
      'ETag',
      `${code} is listed, and not under its own address`,
      'GET /items/{code} answers that very item',
    );
  if (read.token !== null) return ok('ETag', `${code} came with one`);
  return warning('ETag', `${code} came without one: nothing can be written`, 'send an ETag with every item');
}

async function stockCheck(asking: Asking): Promise<Check> {
  try {
    const { stock } = await asking.page('stock');
    if (Array.isArray(stock)) return ok('stock', 'it is told');
    return warning('stock', 'a page without `stock`', 'stock on hand is not shown before this is mended');
  } catch (error) {
    return warning('stock', messageOf(error), 'stock on hand is not shown before this is mended');
  }
}
