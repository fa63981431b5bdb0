import type { Backend } from './backend.js';
import { memoryBackend } from './memory/backend.js';
import type { Shrunk } from './shrink.js';
import { shrink } from './shrink.js';
import type { Story } from './story.js';
import { storyOf } from './story.js';
import type { Verdict } from './world.js';
import { SYSTEMS, World } from './world.js';

/** Makes an empty master to play one story with. */
export type BackendMaker = () => Promise<Backend>;

export const inMemory: BackendMaker = async () => memoryBackend(SYSTEMS);

export async function play(story: Story, make: BackendMaker = inMemory): Promise<Verdict> {
  return new World(await make(), story).play();
}

/** How a range of seeds went. */
export interface Played {
  seeds: number;
  steps: number;
  lostInWindow: number;
  /** The first seed that broke a rule, and what it came to. */
  broken: { seed: number; verdict: Verdict } | null;
}

/** Plays seeds in their order, up to the first that breaks a rule. */
export async function playSeeds(from: number, to: number, make: BackendMaker = inMemory): Promise<Played> {
  const played: Played = { seeds: 0, steps: 0, lostInWindow: 0, broken: null };
  for (let seed = from; seed < to; seed += 1) {
    const verdict = await play(storyOf(seed), make);
    played.seeds += 1;
    played.steps += verdict.steps;
    played.lostInWindow += verdict.lostInWindow;
    if (verdict.violations.length > 0) return { ...played, broken: { seed, verdict } };
  }
  return played;
}

/** A failure as a person reads it: the rule, the shortest story that breaks it, and how to see it again. */
export async function toldFailure(
  { seed, verdict }: { seed: number; verdict: Verdict },
  make: BackendMaker = inMemory,
  options = '',
): Promise<string> {
  const shrunk: Shrunk = await shrink(storyOf(seed), verdict, (story) => play(story, make));
  const broken = shrunk.verdict.violations.map(({ rule, what }) => `broken: ${rule}\n  ${what}`);
  const acts = shrunk.story.acts.map((act) => `  ${JSON.stringify(act)}`);
  return [
    `seed ${seed} breaks a rule of the simulated world; again with: npm run world -- --seed ${seed}${options}`,
    `shrunk in ${shrunk.plays} plays to ${acts.length} of ${storyOf(seed).acts.length} acts:`,
    ...acts,
    'what happened:',
    ...shrunk.verdict.lines.map((line) => `  ${line}`),
    ...broken,
  ].join('\n');
}

/** @throws Error with the whole story where a seed breaks a rule. */
export async function mustHold(from: number, to: number, make: BackendMaker = inMemory, options = ''): Promise<Played> {
  const played = await playSeeds(from, to, make);
  if (played.broken) throw new Error(await toldFailure(played.broken, make, options));
  return played;
}
