import type { Story } from './story.js';
import type { Verdict } from './world.js';

/** Other schedules that are tried with what is left of a story: an act left out changes who goes on when. */
const SCHEDULES = 10;
/** Stories played at most. */
const MOST_PLAYS = 1_500;

export interface Shrunk {
  story: Story;
  verdict: Verdict;
  plays: number;
}

/**
 * The shortest story that can be found of one that breaks a rule, and that still breaks the same rule: acts are left out,
 * first in halves and then one by one, until none can be spared.
 */
export async function shrink(
  story: Story,
  verdict: Verdict,
  play: (story: Story) => Promise<Verdict>,
): Promise<Shrunk> {
  const rule = verdict.violations[0]?.rule;
  const best: Shrunk = { story, verdict, plays: 0 };
  const breaks = async (candidate: Story): Promise<boolean> => {
    for (let other = 0; other < SCHEDULES && best.plays < MOST_PLAYS; other += 1) {
      const tried = { ...candidate, schedule: candidate.schedule + other * 1_000_003 };
      best.plays += 1;
      const outcome = await play(tried);
      if (outcome.violations[0]?.rule !== rule) continue;
      Object.assign(best, { story: tried, verdict: outcome });
      return true;
    }
    return false;
  };
  for (let size = Math.ceil(story.acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.story.acts.length;) {
      const acts = best.story.acts.toSpliced(from, size);
      if (!(await breaks({ ...best.story, acts }))) from += size;
    }
  }
  for (const smaller of [{ products: 1 }, { skusEach: 1 }]) await breaks({ ...best.story, ...smaller });
  return best;
}
