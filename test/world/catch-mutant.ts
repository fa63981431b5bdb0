import { playSeeds, toldFailure } from './play.js';

/** Seeds within which a mutant must be caught: those of the normal test run. */
const SEEDS = Number(process.argv[2] ?? '2000');

// Run with one module changed as it is loaded (scripts/world-hooks.mjs): says which seed noticed, as one line of JSON.
const { broken } = await playSeeds(0, SEEDS);
const story = broken && (await toldFailure(broken));
const rule = broken?.verdict.violations[0]?.rule ?? null;
console.log(JSON.stringify({ seed: broken?.seed ?? null, rule, story }));
