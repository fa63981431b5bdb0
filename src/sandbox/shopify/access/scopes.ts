import { readFileSync } from 'node:fs';

interface Requirement {
  anyOf: string[];
  requiredAccess: string;
}

/** Which access scopes Shopify's own data asks for, by type and by field [V: out of the package of the schema]. */
const REQUIRED: Record<string, Requirement> = JSON.parse(
  readFileSync(new URL('./scopes.json', import.meta.url), 'utf8'),
);

/** Said in the words of the documentation alone, so not in that data [D]. */
const DOCUMENTED: Record<string, Requirement> = Object.fromEntries(
  [
    'metafieldDefinitionCreate',
    'metafieldDefinitionDelete',
    'metafieldsDelete',
    'metafieldsSet',
    'tagsAdd',
    'tagsRemove',
  ].map((name) => [
    `Mutation.${name}`,
    { anyOf: ['write_products'], requiredAccess: '`write_products` access scope.' },
  ]),
);

/** Scopes that an app of the stand-in can have. */
export function scopeHandles(): string[] {
  return [
    'read_products',
    'write_products',
    'read_inventory',
    'write_inventory',
    'read_publications',
    'write_publications',
  ];
}

/** What is missing for a field that answers `typeName`, or rows of it; null when nothing is. */
export function missingAccess(
  granted: readonly string[],
  parent: string,
  field: string,
  typeName: string,
): string | null {
  for (const name of [`${parent}.${field}`, typeName.replace(/Connection$/, '')]) {
    const required = REQUIRED[name] ?? DOCUMENTED[name];
    if (required && !required.anyOf.some((scope) => holds(granted, scope))) return required.requiredAccess;
  }
  return null;
}

/** Who may write may read [D]. */
function holds(granted: readonly string[], scope: string): boolean {
  return granted.includes(scope) || (scope.startsWith('read_') && granted.includes(scope.replace('read_', 'write_')));
}
