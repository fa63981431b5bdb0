/** Variables with which the nightly run asks for more seeds: in memory, and on PostgreSQL. */
const SEEDS = 'SKUWARD_WORLD_SEEDS';
const POSTGRES_SEEDS = 'SKUWARD_WORLD_POSTGRES_SEEDS';

function count(variable: string, everyDay: number): number {
  const seeds = Number(process.env[variable] ?? everyDay);
  // A night of no seed at all would prove nothing.
  if (!Number.isInteger(seeds) || seeds < 4) throw new Error(`${variable} is a whole number of at least 4`);
  return seeds;
}

/** The seeds of one of four files, which run beside each other. */
export function quarter(number: 1 | 2 | 3 | 4): { from: number; to: number } {
  return part(count(SEEDS, 2_000), number, 4);
}

/** The seeds of one of two files that play on the real stores. */
export function halfOnPostgres(number: 1 | 2): { from: number; to: number } {
  return part(count(POSTGRES_SEEDS, 50), number, 2);
}

function part(seeds: number, number: number, of: number): { from: number; to: number } {
  return { from: Math.floor((seeds * (number - 1)) / of), to: Math.floor((seeds * number) / of) };
}
