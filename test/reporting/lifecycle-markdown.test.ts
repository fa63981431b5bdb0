import { describe, expect, it } from '@jest/globals';
import { LIFECYCLE_STATES, mayBecome } from '../../src/domain/catalog/lifecycle.js';
import { GATE_RULES } from '../../src/domain/gates/gate-rules.js';
import { lifecycleMarkdown } from '../../src/reporting/lifecycle-markdown.js';
import { markdownTable } from '../../src/reporting/markdown-table.js';

const text = lifecycleMarkdown();

describe('docs/lifecycle.md', () => {
  it('draws just the steps that there are', () => {
    for (const from of LIFECYCLE_STATES) {
      for (const to of LIFECYCLE_STATES) expect(text.includes(`    ${from} --> ${to}\n`)).toBe(mayBecome(from, to));
    }
    expect(text).toContain('    [*] --> DRAFT\n');
    expect(text).toContain('    RETIRED --> [*]\n');
  });

  it('has a line for every gate, with what it does in each state', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(GATE_RULES.length);
    const cells = (code: string): string[] =>
      (rows.find((line) => line.includes(`\`${code}\``)) ?? '').split('|').map((cell) => cell.trim());
    // PRELAUNCH, ACTIVE, ON_HOLD, PHASE_OUT, RETIRED, may be chosen.
    expect(cells('OWNER').slice(3, 9)).toEqual(['block', 'block', 'warn', 'block', '', 'yes']);
    expect(cells('STOCK').slice(3, 9)).toEqual(['', '', '', '', 'warn', 'yes']);
  });

  it('says what each system shows of a state', () => {
    const last = text.slice(text.indexOf('## In each system'));
    const row = (state: string): string[] =>
      (last.split('\n').find((line) => line.startsWith(`| ${state} `)) ?? '').split('|').map((cell) => cell.trim());
    expect(row('DRAFT').slice(2, 5)).toEqual(['absent', 'absent', 'absent']);
    expect(row('PHASE_OUT').slice(2, 5)).toEqual([
      'published, inventory policy DENY',
      'ACTIVE',
      'active, not purchasable, salable',
    ]);
    expect(row('RETIRED').slice(2, 5)).toEqual(['unpublished', 'ARCHIVED', 'inactive']);
  });

  it('has tables that are aligned, whatever their cells hold', () => {
    const table = markdownTable(
      ['a', 'long head'],
      [
        ['x|y', ''],
        ['longer than all', 'z'],
      ],
    ).split('\n');
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
    expect(table[2]).toBe('| x\\|y            |           |');
  });
});
