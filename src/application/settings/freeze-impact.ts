import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import type { FreezeWindowsSetting } from '../../domain/settings/freeze-windows-setting.js';
import { windowsOn } from '../../domain/settings/freeze-windows-setting.js';
import type { Stores } from '../ports/unit-of-work.js';
import type { ImpactOf, SettingEffect } from './setting-impact.js';

const EXAMPLES = 10;

/** Scheduled requests that would go on earlier, and those whose time would fall into a window. */
export const freezeImpact: ImpactOf<'freezeWindows'> = async (stores, _before, after) => {
  const problems = await unknownSystems(stores, after);
  if (problems.length > 0) return { problems, effects: [] };
  const now = await stores.now();
  const on = new Set(windowsOn(after, now).map(({ name }) => foldCode(name)));
  const scheduled = await stores.requests.scheduled();
  const isEarly = ({ effectiveAt }: { effectiveAt: Date | null }): boolean => effectiveAt !== null && effectiveAt > now;
  const released = scheduled.filter(
    (each) => each.blockedBy !== null && !isEarly(each) && !on.has(foldCode(each.blockedBy)),
  );
  const caught = scheduled.filter(
    ({ blockedBy, effectiveAt, dueAt }) => blockedBy === null && windowsOn(after, effectiveAt ?? dueAt).length > 0,
  );
  return {
    problems: [],
    effects: [
      ...effect('RELEASED', 'requests that wait for a window would be applied at once', released),
      ...effect(
        'MAY_WAIT',
        'scheduled requests whose time falls into a window: they wait for its end if they reach its systems',
        caught,
      ),
    ],
  };
};

function effect(code: string, message: string, requests: readonly { number: string }[]): SettingEffect[] {
  const examples = requests.slice(0, EXAMPLES).map(({ number }) => number);
  return requests.length === 0 ? [] : [{ code, message, count: requests.length, examples }];
}

async function unknownSystems(stores: Stores, windows: FreezeWindowsSetting): Promise<Problem[]> {
  const known = new Set((await stores.catalog.world([], { lock: false })).systems);
  return windows.flatMap(({ systems = [] }, index) =>
    systems.flatMap((system, place) =>
      known.has(system)
        ? []
        : [problem('SYSTEM_UNKNOWN', `no system has the code ${system}`, [String(index), 'systems', String(place)])],
    ),
  );
}
