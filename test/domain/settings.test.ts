import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../src/domain/primitives/json.js';
import type { SettingDefinition } from '../../src/domain/settings/setting.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import type { SettingKey } from '../../src/domain/settings/settings.js';
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
      ['REQUIRED', ['name']],
      ['INVALID_FORMAT', ['more']],
      ['INVALID_FORMAT', ['parts', '1']],
    ]);
    expect(faults[2]?.message).toContain('x, y');
    expect(settingFaults(TOLD, { name: 'bad' }).map(({ code }) => code)).toEqual(['IN_USE']);
  });

  const lines = (key: SettingKey, value: Json): string[] =>
    settingFaults<unknown>(SETTINGS[key], value).map(
      ({ code, field, message }) => `${code} ${field?.join('.')}: ${message}`,
    );

  it('tell of a segment only what its kind asks for', () => {
    const naming = (segment: Json): string[] =>
      lines('naming', [{ name: 'a', grammar: '{color}-{number}', segments: { color: segment } }]);
    expect(naming({ kind: 'DICTIONARY', of: ' option.Color' })).toEqual([
      'REQUIRED 0.segments.color.values: values is missing',
      'INVALID_FORMAT 0.segments.color.of: this is one line of text, without spaces at its ends',
    ]);
    expect(naming({ kind: 'LETTERS', of: 'option.Color' })).toEqual([
      'INVALID_FORMAT 0.segments.color.of: there is no of here; there is kind',
    ]);
    expect(naming({ kind: 'letters' })).toEqual([
      'INVALID_FORMAT 0.segments.color.kind: this is one of DICTIONARY, VALUE, COUNTER, LETTERS, DIGITS, FREE',
    ]);
    expect(naming({})).toEqual(['REQUIRED 0.segments.color.kind: kind is missing']);
    expect(naming('LETTERS')).toEqual(['INVALID_FORMAT 0.segments.color: this is an object']);
    expect(naming({ kind: 'DICTIONARY', of: 'option.Color', values: { Black: 'BLK' } })).toEqual([]);
  });

  it('say in words what would be right', () => {
    for (const requiredFor of ['all', 5, null, {}]) {
      expect(lines('gtin', { requiredFor })).toEqual([
        'INVALID_FORMAT requiredFor: this is "ALL", or a list of product types',
      ]);
    }
    expect(lines('gtin', { requiredFor: ['', ' Shirt'], allowRestricted: 'yes' }).toSorted()).toEqual([
      'INVALID_FORMAT allowRestricted: this is true or false',
      'INVALID_FORMAT requiredFor.0: this is not empty',
      'INVALID_FORMAT requiredFor.0: this is one line of text, without spaces at its ends',
      'INVALID_FORMAT requiredFor.1: this is one line of text, without spaces at its ends',
    ]);
    expect(lines('gtin', { requiredFor: 'ALL' })).toEqual([]);
    expect(lines('attributes', [{ key: 'Heel', type: 'NUMBER' }])).toEqual([
      'REQUIRED 0.name: name is missing',
      'INVALID_FORMAT 0.key: this is up to 64 lower-case letters, digits and underscores, a letter first',
    ]);
    for (const key of SETTING_KEYS) {
      for (const value of [0, 'x', [0], [{}], { x: 0 }, { productTypes: { a: { WEIGHT: 0, x: 1 } } }] as Json[]) {
        for (const line of lines(key, value)) expect(line).not.toMatch(/must|schema|undefined/);
      }
    }
  });

  it('refuse control characters, direction overrides, half characters, and a megabyte', () => {
    for (const name of ['a\u0000', 'a\u202eb', 'a\ud800']) {
      expect(settingFaults(TOLD, { name })).toEqual([problem('INVALID_FORMAT', 'no control characters', ['name'])]);
    }
    expect(settingFaults(TOLD, { name: '\u0000', parts: ['x', '\u0001'] }).map(({ field }) => field)).toEqual([
      ['name'],
      ['parts', '1'],
    ]);
    expect(settingFaults(TOLD, { name: 'a'.repeat(1_000_001) }).map(({ code }) => code)).toEqual(['TOO_LONG']);
  });

  it('fall back to the default key by key, and ignore keys of another release', () => {
    const settings = settingsOf(new Map<string, never>([['of-another-release', {} as never]]));
    expect(settings).toEqual(DEFAULT_SETTINGS);
  });
});
