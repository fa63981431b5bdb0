import { describe, expect, it } from '@jest/globals';
import type { FreezeWindow } from '../../src/domain/settings/freeze-windows-setting.js';
import { freezeWindowsSetting, windowOver, windowsOn } from '../../src/domain/settings/freeze-windows-setting.js';
import { settingFaults } from '../../src/domain/settings/setting.js';
import type { Json } from '../../src/domain/primitives/json.js';

const window = (name: string, from: string, to: string, systems?: string[]): FreezeWindow => ({
  name,
  from: `2026-11-${from}T00:00:00Z`,
  to: `2026-11-${to}T00:00:00Z`,
  reason: 'r',
  ...(systems && { systems }),
});
const names = (windows: readonly FreezeWindow[]): string[] => windows.map(({ name }) => name);
const faults = (value: unknown): string[] =>
  settingFaults(freezeWindowsSetting, value as Json).map(({ code, field }) => `${code} ${field?.join('.')}`);

describe('freeze windows', () => {
  const all = [window('short', '10', '12'), window('long', '11', '20', ['erp']), window('later', '20', '21')];

  it('are on from their first moment until just before their last', () => {
    const at = (text: string): string[] => names(windowsOn(all, new Date(text)));
    expect(at('2026-11-09T23:59:59.999Z')).toEqual([]);
    expect(at('2026-11-10T00:00:00Z')).toEqual(['short']);
    expect(at('2026-11-11T12:00:00Z')).toEqual(['long', 'short']);
    expect(at('2026-11-20T00:00:00Z')).toEqual(['later']);
  });

  it('hold what reaches one of their systems, or everything, for the longest of them', () => {
    const on = windowsOn(all, new Date('2026-11-11T12:00:00Z'));
    expect(windowOver(on, new Set(['erp', 'shopify']))?.name).toBe('long');
    expect(windowOver(on, new Set(['shopify']))?.name).toBe('short');
    expect(windowOver(on, new Set())?.name).toBe('short');
    expect(windowOver([window('erp', '1', '2', ['erp'])], new Set())).toBeNull();
  });

  it('have a name of their own, an order of times, and nothing else in them', () => {
    expect(faults(all)).toEqual([]);
    expect(faults([window('a', '12', '12')])).toEqual(['INVALID_FORMAT 0.to']);
    expect(faults([{ ...window('a', '10', '12'), from: 'tomorrow', to: '2026-02-30T00:00:00Z' }])).toEqual([
      'INVALID_FORMAT 0.from',
      'INVALID_FORMAT 0.to',
    ]);
    expect(faults([window('a', '10', '12'), window('A', '13', '14')])).toEqual(['INVALID_FORMAT 1.name']);
    expect(faults([{ name: 'a', color: 'red' }])).toEqual([
      'REQUIRED 0.from',
      'REQUIRED 0.to',
      'REQUIRED 0.reason',
      'INVALID_FORMAT 0.color',
    ]);
    expect(faults([{ ...window('a', '10', '12'), systems: [] }])).toEqual(['INVALID_FORMAT 0.systems']);
  });
});
