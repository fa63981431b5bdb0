import { parseArgs } from 'node:util';
import postgresDown from '../support/postgres-down.js';
import { postgresUp } from '../support/postgres-up.js';
import type { BackendMaker } from './play.js';
import { inMemory, play, playSeeds, toldFailure } from './play.js';
import { WorldDatabase } from './postgres-backend.js';
import { storyOf } from './story.js';
import { SYSTEMS } from './world.js';

const HOW = `npm run world -- --seed N               one seed, told line by line, and shrunk where it breaks a rule
npm run world -- --seeds N [--from M]   so many seeds, up to the first that breaks a rule
npm run world -- --mutants [--only X]   each mutant must be caught
besides: --postgres                     on a PostgreSQL of its own, in place of the store in memory`;

const OPTIONS = {
  seed: { type: 'string' },
  seeds: { type: 'string' },
  from: { type: 'string', default: '0' },
  postgres: { type: 'boolean', default: false },
} as const;

/** One seed, told whole. */
async function oneSeed(seed: number, make: BackendMaker, options: string): Promise<boolean> {
  const verdict = await play(storyOf(seed), make);
  const isBroken = verdict.violations.length > 0;
  console.log(isBroken ? await toldFailure({ seed, verdict }, make, options) : verdict.lines.join('\n'));
  if (!isBroken) console.log(`seed ${seed} keeps every rule, in ${verdict.steps} steps`);
  return !isBroken;
}

async function manySeeds(from: number, count: number, make: BackendMaker, options: string): Promise<boolean> {
  const began = performance.now();
  const { seeds, steps, lostInWindow, broken } = await playSeeds(from, from + count, make);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const told = `${seeds} seeds, ${steps} steps, ${seconds} s; ${lostInWindow} edits lost in the window that a system without tokens leaves`;
  console.log(broken ? await toldFailure(broken, make, options) : `every rule kept: ${told}`);
  return !broken;
}

async function run(): Promise<boolean> {
  const { values } = parseArgs({ options: OPTIONS });
  const { seed, seeds, from, postgres } = values;
  if (seed === undefined && seeds === undefined) {
    console.log(HOW);
    return false;
  }
  if (postgres) await postgresUp();
  const database = postgres ? await WorldDatabase.open() : null;
  const make: BackendMaker = database ? () => database.backend(SYSTEMS) : inMemory;
  const options = postgres ? ' --postgres' : '';
  try {
    if (seed !== undefined) return await oneSeed(Number(seed), make, options);
    return await manySeeds(Number(from), Number(seeds), make, options);
  } finally {
    await database?.close();
    if (postgres) await postgresDown();
  }
}

process.exitCode = (await run()) ? 0 : 1;
