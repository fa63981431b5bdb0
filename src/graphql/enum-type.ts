import { registerEnumType } from '@nestjs/graphql';

/**
 * A GraphQL enum of a domain's union. The record must name every member, so that a value that the domain gains cannot be
 * forgotten here; its text is the value's description, or null where the name says it all.
 */
export function enumType<T extends string>(
  name: string,
  values: Record<T, string | null>,
  description?: string,
): Record<string, string> {
  const entries = Object.entries<string | null>(values);
  const members = Object.fromEntries(entries.map(([value]) => [value, value]));
  const valuesMap = Object.fromEntries(
    entries.flatMap(([value, text]) => (text === null ? [] : [[value, { description: text }]])),
  );
  registerEnumType(members, { name, valuesMap, ...(description === undefined ? {} : { description }) });
  return members;
}
