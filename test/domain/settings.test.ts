import { describe, expect, it } from '@jest/globals';
import type { SettingDefinition } from '../../src/domain/settings/setting.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import { DEFAULT_SETTINGS, SETTING_KEYS, SETTINGS, settingsOf } from '../../src/domain/settings/settings.js';
import { problem } from '../../src/domain/problem.js';

const TOLD: SettingDefinition<{ name: string; parts?: string[] }> = {
  description: 'for the test',
  initial: { name: 'a' },
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: { type: 'string' }, parts: { type: 'array', items: { enum: ['x', 'y'] } } },
  },
  faults: ({ name }) => (name === 'bad' ? [problem('IN_USE', 'beyond the schema', ['name'])] : []),
};

describe('settings', () => {
  it('have defaults that hold by their own schema', () => {
    for (const key of SETTING_KEYS) {
      expect({ key, faults: settingFaults<unknown>(SETTINGS[key], SETTINGS[key].initial) }).toEqual({
        key,
        faults: [],
      });
    }
  });

  it('tell every fault of a value, with its path', () => {
    const faults = settingFaults(TOLD, { parts: ['x', 'z'], more: 1 });
    expect(faults.map(({ code, field }) => [code, field])).toEqual([
      ['INVALID_FORMAT', []],
      ['INVALID_FORMAT', ['more']],
      ['INVALID_FORMAT', ['parts', '1']],
    ]);
    expect(faults[2]?.message).toContain('x, y');
    expect(settingFaults(TOLD, { name: 'bad' }).map(({ code }) => code)).toEqual(['IN_USE']);
  });

  it('refuse control characters, direction overrides, half characters, and a megabyte', () => {
    for (const name of ['a\u0000', 'a\u202eb', 'a\ud800']) {
      expect(settingFaults(TOLD, { name })).toEqual([problem('INVALID_FORMAT', 'no control characters', ['name'])]);
    }
    expect(settingFaults(TOLD, { name: 'a'.repeat(1_000_001) }).map(({ code }) => code)).toEqual(['TOO_LONG']);
  });

  it('fall back to the default key by key, and ignore keys of another release', () => {
    const settings = settingsOf(new Map<string, never>([['of-another-release', {} as never]]));
    expect(settings).toEqual(DEFAULT_SETTINGS);
  });
});
