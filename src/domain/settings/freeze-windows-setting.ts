import { foldCode } from '../primitives/text.js';
import { Instant } from '../primitives/instant.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { SettingDefinition } from './setting.js';
import { LINE } from './setting.js';

/** A time in which nothing is applied that would reach certain systems. */
export type FreezeWindow = {
  /** What people call it: `black-friday-2026`. Once in the list, compared without case. */
  name: string;
  /** RFC 3339; the window is on from here … */
  from: string;
  /** … until just before here. */
  to: string;
  /** Codes of systems; left out: whatever would be applied, wherever it would go. */
  systems?: string[];
  reason: string;
};
export type FreezeWindowsSetting = FreezeWindow[];

const WINDOWS_LIMIT = 500;
const SYSTEMS_LIMIT = 50;

export const freezeWindowsSetting: SettingDefinition<FreezeWindowsSetting> = {
  description:
    'Times in which nothing is applied, or nothing that would reach certain systems: what is approved then waits for the end.',
  initial: [],
  schema: {
    type: 'array',
    maxItems: WINDOWS_LIMIT,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'from', 'to', 'reason'],
      properties: {
        name: LINE,
        from: { type: 'string', maxLength: 40 },
        to: { type: 'string', maxLength: 40 },
        systems: {
          type: 'array',
          minItems: 1,
          maxItems: SYSTEMS_LIMIT,
          items: { type: 'string', minLength: 1, maxLength: 64 },
        },
        reason: LINE,
      },
    },
  },
  faults: (windows) => [...windows.flatMap(timeFaults), ...namedTwice(windows)],
};

/** Windows that are on at an instant; the one that ends last comes first. */
export function windowsOn(windows: FreezeWindowsSetting, at: Date): FreezeWindow[] {
  const on = windows.filter(({ from, to }) => instantOf(from) <= at && at < instantOf(to));
  return on.toSorted((a, b) => instantOf(b.to).valueOf() - instantOf(a.to).valueOf());
}

/**
 * The window that keeps something from being applied: of those that are on, which last longest.
 * @param systems codes of the systems that it would reach.
 */
export function windowOver(on: readonly FreezeWindow[], systems: ReadonlySet<string>): FreezeWindow | null {
  return on.find((window) => window.systems?.some((system) => systems.has(system)) ?? true) ?? null;
}

export function endOf({ to }: FreezeWindow): Date {
  return instantOf(to);
}

/** An instant that the setting's own check has let through. */
function instantOf(text: string): Date {
  return Instant.read(text) ?? new Date(text);
}

function timeFaults({ from, to }: FreezeWindow, index: number): Problem[] {
  const [begin, end] = [Instant.read(from), Instant.read(to)];
  const wrong = (field: string): Problem =>
    problem('INVALID_FORMAT', 'an instant is RFC 3339 text such as "2026-11-23T20:00:00Z"', [String(index), field]);
  const faults = [...(begin ? [] : [wrong('from')]), ...(end ? [] : [wrong('to')])];
  if (!begin || !end || begin < end) return faults;
  return [problem('INVALID_FORMAT', 'a window ends after it has begun', [String(index), 'to'])];
}

function namedTwice(windows: FreezeWindowsSetting): Problem[] {
  const seen = new Set<string>();
  return windows.flatMap(({ name }, index) => {
    const key = foldCode(name);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [problem('INVALID_FORMAT', `${name} is there twice, compared without case`, [String(index), 'name'])];
  });
}
