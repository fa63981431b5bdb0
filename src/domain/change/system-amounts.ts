import type { Json } from '../primitives/json.js';

const FIELDS = ['price', 'compareAtPrice'] as const;

/** Amounts of a list of system values, each by `<system>.<field>`; what is null is not there. */
export function amountsOf(list: Json | undefined): Map<string, Json> {
  const amounts = new Map<string, Json>();
  for (const each of Array.isArray(list) ? list : []) {
    if (typeof each !== 'object' || each === null || Array.isArray(each) || typeof each.system !== 'string') continue;
    for (const field of FIELDS) {
      const amount = each[field] ?? null;
      if (amount !== null) amounts.set(`${each.system}.${field}`, amount);
    }
  }
  return amounts;
}

/** The list of such amounts in canonical form: a system that has any once, by code. */
export function listOfAmounts(amounts: ReadonlyMap<string, Json>): Json[] {
  const systems = new Set<string>();
  for (const [key, amount] of amounts) if (amount !== null) systems.add(key.slice(0, key.lastIndexOf('.')));
  return [...systems].sort().map((system) => ({
    system,
    price: amounts.get(`${system}.price`) ?? null,
    compareAtPrice: amounts.get(`${system}.compareAtPrice`) ?? null,
  }));
}
