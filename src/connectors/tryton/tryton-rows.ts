import type { Attribution, Authorship } from '../../domain/publishing/system.js';
import type { Row } from './tryton-wire.js';
import { instantOf, numberIn, related, relatedRows, textIn } from './tryton-wire.js';

/** The row of a variant's GTIN: the first identifier of that type. */
export function gtinRow(row: Row): Row | null {
  return relatedRows(row, 'identifiers').find((each) => each['type'] === 'ean') ?? null;
}

/** A variant's own components stand in the place of its template's. */
export function componentRows(row: Row, template: Row): Row[] {
  const own = relatedRows(row, 'components');
  return own.length > 0 ? own : templateComponents(template);
}

/** Tryton lists those of its variants under the template, too. */
export function templateComponents(template: Row): Row[] {
  return relatedRows(template, 'components').filter((each) => numberIn(each, 'parent_product') === null);
}

/** By whom an item's rows were written last, so that their names can be asked for. */
export function writersOf(rows: readonly Row[]): number[] {
  return rows.flatMap((row) => rowsOfItem(row)).flatMap((row) => writerOf(row) ?? []);
}

/** The latest timestamp of an item's rows. */
export function latestStamp(row: Row): string {
  return textIn(latestOf(rowsOfItem(row)), '_timestamp') ?? '0';
}

/** Those who write in Tryton: their sign-in names by their ids, and which of them is us. */
export interface Writers {
  logins: ReadonlyMap<number, string>;
  own: string;
}

/**
 * Who wrote an item last, and who each of its fields: Tryton keeps that by row, and whoever wrote one row, we ourselves
 * perhaps, has nothing to do with what stands in another. Nor does a clock that was set back turn them round, as long as a
 * field has but one row.
 */
export function authorshipOf(row: Row, { logins, own }: Writers): Authorship {
  const template = related(row, 'template') ?? {};
  const by = (...rows: Row[]): Attribution | null => {
    const latest = latestOf(rows);
    const actor = logins.get(writerOf(latest) ?? -1) ?? null;
    return actor === null ? null : { actor, app: null, at: instantOf(textIn(latest, '_timestamp') ?? '0') };
  };
  // Where its row is gone, it was whoever wrote what that row hung on; unless that was us: somebody took the row away without
  // touching the rest, and of that Tryton keeps no trace.
  const withoutTrace = (...rows: Row[]): Attribution | null => {
    const author = by(...rows);
    return author?.actor === own ? null : author;
  };
  const [link] = relatedRows(template, 'tariff_codes');
  const tariff = link ? by(link, ...tariffRows(link)) : withoutTrace(template);
  const identifier = gtinRow(row);
  const hasOwn = relatedRows(row, 'components').length > 0;
  return {
    attribution: by(...rowsOfItem(row)),
    authors: {
      code: by(row),
      cost: by(row),
      gtin: identifier ? by(identifier) : withoutTrace(row),
      ...Object.fromEntries(['title', 'price', 'weight', 'unitOfMeasure'].map((field) => [field, by(template)])),
      hsCode: tariff,
      countryOfOrigin: tariff,
      lifecycle: by(row, template),
      'bundle.components': withoutTrace(hasOwn ? row : template, ...componentRows(row, template)),
    },
  };
}

/** Every row that an item is made of and that has a timestamp of its own. */
function rowsOfItem(row: Row): Row[] {
  const template = related(row, 'template') ?? {};
  const own = [...relatedRows(row, 'identifiers'), ...relatedRows(row, 'components')];
  const links = relatedRows(template, 'tariff_codes');
  return [row, template, ...own, ...relatedRows(template, 'components'), ...links, ...links.flatMap(tariffRows)];
}

/** The row of the customs' tariff behind a link, which others share: who changes it there changes it for all of them. */
function tariffRows(link: Row): Row[] {
  const tariff = related(link, 'tariff_code');
  return tariff ? [tariff] : [];
}

function latestOf(rows: readonly Row[]): Row {
  return rows.reduce((a, b) => (stampOf(b) > stampOf(a) ? b : a));
}

function stampOf(row: Row): number {
  return Number(textIn(row, '_timestamp') ?? 0);
}

function writerOf(row: Row): number | null {
  return numberIn(row, 'write_uid') ?? numberIn(row, 'create_uid');
}
