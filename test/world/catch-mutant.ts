import { playSeeds, toldFailure } from './play.js';

/** Seeds within which a mutant must be caught: as many as every test run plays. */
const SEEDS = 2_000;

/** The seed that noticed, the rule that it saw broken, and the story; all null where nobody noticed. */
async function caught(): Promise<{ seed: number | null; rule: string | null; story: string | null }> {
  const { broken } = await playSeeds(0, SEEDS);
  if (!broken) return { seed: null, rule: null, story: null };
  const rule = broken.verdict.violations[0]?.rule ?? null;
  return { seed: broken.seed, rule, story: await toldFailure(broken) };
}

// Run with modules changed as they are loaded (scripts/world-hooks.mjs); the last line is for scripts/world.mjs.
console.log(JSON.stringify(await caught()));
