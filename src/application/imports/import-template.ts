import { definitionsOf } from '../../domain/attributes/read-attribute-list.js';
import { IMPORT_FORMATS, importFormat } from '../../domain/imports/import-formats.js';
import type { Ports } from '../ports/ports.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';

/** Formats that have a template: whatever the house has defined, a format has one or has none. */
export function formatsWithTemplate(): string[] {
  const nothing = { systems: [], attributes: new Map() };
  return IMPORT_FORMATS.filter((format) => importFormat(format)?.template(nothing));
}

/** An empty file of a format to fill in, as CSV; null where there is no such format, or it has none. */
export async function importTemplate(
  ports: Pick<Ports, 'operations' | 'settings'>,
  format: string,
): Promise<string | null> {
  const systems = await ports.operations.systems();
  const { attributes } = await ports.settings.current();
  const known = { systems: systems.map(({ code }) => code), attributes: definitionsOf(attributes) };
  const header = importFormat(format)?.template(known) ?? null;
  return header && BYTE_ORDER_MARK + csvLines([header]);
}
