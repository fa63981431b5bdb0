import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClaimedAlert } from '../../src/application/ports/alert-store.js';
import type { Block, SlackMessage } from '../../src/connectors/slack/block-kit.js';
import { escaped, messageOf } from '../../src/connectors/slack/block-kit.js';
import type { AlertGroup } from '../../src/domain/alerts/alert.js';

function alertOf(groups: AlertGroup[], title = 'title', body = 'body'): ClaimedAlert {
  return {
    id: '0199',
    kind: 'CRITICAL_FINDING',
    system: 'erp',
    subject: 'erp',
    title,
    body,
    groups,
    raisedAt: new Date('2026-11-26T09:00:00Z'),
    state: 'WAITING',
    attempts: 1,
    nextAttemptAt: null,
    lastError: null,
    sentAt: null,
    leaseToken: '',
    unsure: false,
    addressees: new Map([['ada', { name: 'Ada <3', slackId: 'S0TEAM' }]]),
    isLast: false,
  };
}

const textOf = (block: Block): string =>
  block.type === 'context' ? block.elements.map(({ text }) => text).join('') : block.text.text;

/** Slack's own limits, and nothing that it would take for a mention or a half escape. */
function expectTaken({ text, blocks }: SlackMessage): void {
  expect(text.length).toBeGreaterThan(0);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const block of blocks) {
    const shown = textOf(block);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000);
    if (block.type === 'header') continue;
    expect(shown.replace(/<(@[UW]\w+|!subteam\^\w+|!date\^[^<>]*|https?:[^<>]*)>/g, '')).not.toMatch(/[<>]/);
    expect(shown.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
  }
}

describe('an alert as Slack takes it', () => {
  it('keeps to every limit, whatever is in it', () => {
    const texts = fc.string({ unit: fc.constantFrom('&', '<', '>', 'a', '@', '😀', '\n', '|', '*'), maxLength: 300 });
    const groups = fc.array(
      fc.record({
        ownerId: fc.constantFrom('ada', 'gone', null),
        heading: texts.map((text) => `h${text}`),
        lines: fc.array(texts, { maxLength: 10 }),
        more: fc.nat(1_000),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(
        groups,
        texts,
        fc.string({ unit: fc.constantFrom('&', 'x'), maxLength: 5_000 }),
        (many, title, body) => {
          expectTaken(messageOf(alertOf(many, `t${title}`, `b${body}`), 'https://x.example/a?b&c'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says how many lines of an owner, and how many owners, it has no room for', () => {
    const line = '&'.repeat(300);
    const group = { ownerId: 'ada', heading: 'h', lines: Array.from({ length: 10 }, () => line), more: 5 };
    const { blocks } = messageOf(alertOf(Array.from({ length: 100 }, () => group)), 'https://x.example');
    const told = blocks.map(textOf);
    const lines = (told[2]?.match(/•/g) ?? []).length;
    expect(lines).toBeGreaterThan(0);
    expect(told[2]).toContain(`_and ${15 - lines} more_`);
    expect(told.join('\n')).toContain('_and 55 more owners with 825 lines');
  });

  it('mentions a group of people by its id, and escapes a name', () => {
    const { blocks } = messageOf(alertOf([{ ownerId: 'ada', heading: 'h', lines: [], more: 0 }]), 'https://x.example');
    expect(blocks.map(textOf)).toContain('<!subteam^S0TEAM>: h');
    expect(escaped('a <b> & c')).toBe('a &lt;b&gt; &amp; c');
  });
});
