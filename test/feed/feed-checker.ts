/** One entry as a reader got it, or as it stands in the table of entries. */
export interface Seen {
  entity: string;
  key: string;
  revision: number;
}

const nameOf = ({ entity, key, revision }: Seen): string => `${entity} ${key} r${revision}`;

/**
 * What is wrong with what a reader got, against what was really committed: entries missed, got twice or never committed;
 * revisions of one key out of order; a SKU before the product that it belongs to.
 * @param productOf handle of a SKU's product.
 */
export function faultsOfReading(
  committed: readonly Seen[],
  got: readonly Seen[],
  productOf: (code: string) => string,
): string[] {
  const faults: string[] = [];
  const times = new Map<string, number>();
  for (const entry of got) times.set(nameOf(entry), (times.get(nameOf(entry)) ?? 0) + 1);
  for (const entry of committed) if (!times.has(nameOf(entry))) faults.push(`missed ${nameOf(entry)}`);
  const real = new Set(committed.map(nameOf));
  for (const [name, count] of times) {
    if (count > 1) faults.push(`got ${name} ${count} times`);
    if (!real.has(name)) faults.push(`got ${name}, which was never committed`);
  }
  const last = new Map<string, number>();
  for (const entry of got) {
    const { entity, key, revision } = entry;
    const before = last.get(`${entity} ${key}`) ?? 0;
    if (revision !== before + 1) faults.push(`got ${nameOf(entry)} after r${before}`);
    last.set(`${entity} ${key}`, revision);
    const product = `PRODUCT ${productOf(key)}`;
    if (entity === 'SKU' && revision === 1 && !last.has(product)) faults.push(`got ${nameOf(entry)} before ${product}`);
  }
  return faults;
}
