import type { DeliveryQuery } from '../../application/ports/operations-reader.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

type Named = Pick<DeliveryQuery, 'system' | 'target' | 'changeRequest' | 'group' | 'assignee'> & {
  owner?: string | null;
};

/** What each name of a filter has to be the name of; the place of its value stands for it. */
const THERE: Readonly<Record<keyof Named, (place: string) => string>> = {
  system: (place) => `exists (select from system where code = ${place})`,
  // A product may have another handle by now than when its delivery died.
  target: (place) =>
    `exists (select from sku where code_folded = ${place}) or exists (select from product where lower(handle) = ${place})
       or exists (select from delivery where state = 'DEAD_LETTERED' and lower(target) = ${place})`,
  changeRequest: (place) =>
    `exists (select from change_request where id::text = ${place} or 'CR-' || number = ${place})`,
  group: (place) =>
    `exists (select from delivery where state = 'DEAD_LETTERED' and system || ':' || coalesce(cause, '') = ${place})`,
  assignee: (place) => `exists (select from party where code_folded = ${place})`,
  owner: (place) => `exists (select from party where code_folded = ${place})`,
};
const FOLDED: readonly (keyof Named)[] = ['target', 'assignee', 'owner'];

/** Names in a filter that are nothing's name, in one statement: whoever changes something by them is told, and not answered "nothing". */
export async function unknownNames(sql: Sql, query: Named): Promise<(keyof Named)[]> {
  const names = (Object.keys(THERE) as (keyof Named)[]).filter((name) => (query[name] ?? null) !== null);
  if (names.length === 0) return [];
  const values = names.map((name) => (FOLDED.includes(name) ? foldCode(query[name] ?? '') : query[name]));
  const [row] = await sql.rows<Record<string, boolean>>(
    `select ${names.map((name, at) => `(${THERE[name](`$${at + 1}::text`)}) as "${name}"`).join(', ')}`,
    values,
  );
  return names.filter((name) => row?.[name] !== true);
}
