import type { Caller } from '../../domain/actor.js';
import { reasonFaults } from '../../domain/given-reason.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Json } from '../../domain/primitives/json.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import type { FreezeWindow } from '../../domain/settings/freeze-windows-setting.js';
import { endOf, freezeWindowsSetting, windowsOn } from '../../domain/settings/freeze-windows-setting.js';
import { settingFaults } from '../../domain/settings/setting.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { storeSetting } from './set-setting.js';

const KEY = 'freezeWindows';

/** Sets one freeze window, new or in the place of the one of its name, as a new version of the setting. */
export async function setFreezeWindow(
  ports: Ports,
  caller: Caller,
  window: FreezeWindow,
): Promise<Outcome<{ name: string }>> {
  return ports.work.run(async (stores) => {
    await stores.settings.lock();
    const windows = (await stores.settings.current()).freezeWindows;
    const at = windows.findIndex(({ name }) => foldCode(name) === foldCode(window.name));
    const place = at < 0 ? windows.length : at;
    const next = at < 0 ? [...windows, window] : windows.with(at, window);
    const faults = settingFaults(freezeWindowsSetting, next as unknown as Json).map((each) => ofWindow(each, place));
    // Of this window only: one that was set before this was asked stays as it is until somebody sets it anew.
    const isTold = faults.some(({ field }) => field?.[1] === 'reason');
    const short = isTold ? [] : reasonFaults(window.reason).map((each) => ({ ...each, field: ['window', 'reason'] }));
    const late = faults.length > 0 || endOf(window) > (await stores.now()) ? [] : [isOver(window)];
    if (faults.length + short.length + late.length > 0) return { ok: false, problems: [...faults, ...late, ...short] };
    const outcome = await store(stores, caller, next, window.reason);
    if (outcome.ok) return accepted({ name: window.name });
    return { ok: false, problems: outcome.problems.map((each) => ofWindow(withoutValue(each), place)) };
  });
}

/** Nobody means a window that holds nothing: it is another year that was meant, or the end of one that is on. */
function isOver({ name, to }: FreezeWindow): Problem {
  return problem('EFFECTIVE_IN_PAST', `${name} would be over since ${to}; to end one, use freezeWindowEnd`, [
    'window',
    'to',
  ]);
}

/** Ends a window: one that is on ends now, one that is still to come goes. What it holds is applied at once. */
export async function endFreezeWindow(
  ports: Ports,
  caller: Caller,
  name: string,
  reason: string,
): Promise<Outcome<{ name: string }>> {
  const text = reason.trim();
  const short = reasonFaults(text);
  if (short.length > 0) return { ok: false, problems: short };
  return ports.work.run(async (stores) => {
    await stores.settings.lock();
    const windows = (await stores.settings.current()).freezeWindows;
    const now = await stores.now();
    const window = windows.find((each) => foldCode(each.name) === foldCode(name));
    if (!window) return refused(problem('NOT_FOUND', `no freeze window has the name ${name}`, ['name']));
    if (endOf(window) <= now) return refused(problem('WRONG_STATE', `${window.name} is over`, ['name']));
    const isOn = windowsOn([window], now).length > 0;
    const ended = isOn ? [{ ...window, to: now.toISOString() }] : [];
    const next = windows.flatMap((each) => (each === window ? ended : [each]));
    const outcome = await store(stores, caller, next, text);
    return outcome.ok ? accepted({ name: window.name }) : outcome;
  });
}

function store(
  stores: Stores,
  caller: Caller,
  windows: readonly FreezeWindow[],
  reason: string,
): ReturnType<typeof storeSetting> {
  return storeSetting(stores, caller, { key: KEY, value: windows as unknown as Json, reason });
}

/** Paths are within the list; whoever sets one window has sent no list. */
function ofWindow(each: Problem, place: number): Problem {
  const [index, ...rest] = each.field ?? [];
  return { ...each, field: index === String(place) ? ['window', ...rest] : ['window'] };
}

function withoutValue(each: Problem): Problem {
  return { ...each, field: each.field?.slice(1) ?? null };
}
