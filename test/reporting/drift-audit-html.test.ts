import { describe, expect, it } from '@jest/globals';
import type { AuditFinding, DriftAudit } from '../../src/domain/audit/drift-audit.js';
import { renderDriftAuditHtml } from '../../src/reporting/drift-audit-html.js';
import { renderDriftAuditJson } from '../../src/reporting/drift-audit-json.js';
import { escapeHtml, html } from '../../src/reporting/html.js';

const HOSTILE = `"><script>alert('x')</script><img src=x onerror=alert(1)>&\u202e`;

const QUIET: DriftAudit = {
  id: 'drift-audit:2026-Q4',
  quarter: '2026-Q4',
  from: new Date('2026-10-01T00:00:00Z'),
  until: new Date('2027-01-01T00:00:00Z'),
  closed: false,
  running: true,
  generatedAt: new Date('2026-11-23T20:32:00Z'),
  summary: {
    skusGoverned: 1200,
    coverage: 1,
    opened: 0,
    resolved: 0,
    openAtEnd: 0,
    waived: 0,
    medianHoursToResolve: null,
    driftRate: 0,
    previous: null,
  },
  bySystem: [],
  byField: [],
  byOwner: [],
  byAttribution: [],
  bySeverity: [],
  weekly: [{ week: '2026-W40', opened: 0, resolved: 0, open: 0 }],
  recurring: [],
  recurringCount: 0,
  forced: [],
  forcedCount: 0,
  unresolved: [],
  gaps: [],
};

function finding(changes: Partial<AuditFinding>): AuditFinding {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    system: 'shopify-us',
    kind: 'FIELD',
    target: 'TEE-BLK-M',
    field: 'price',
    expected: '19.90',
    found: '17.90',
    severity: 'HIGH',
    state: 'OPEN',
    attribution: { actor: null, app: 'Sale Scheduler', at: null },
    owner: 'merch-tees',
    firstSeenAt: new Date('2026-11-02T08:00:00Z'),
    openedAt: new Date('2026-11-20T08:00:00Z'),
    recurrences: 2,
    dueAt: new Date('2026-11-21T08:00:00Z'),
    ...changes,
  };
}

const row = (key: string) => ({ key, opened: 3, resolved: 1, openAtEnd: 2, share: 1 });

function drifted(text: string): DriftAudit {
  const hostile = finding({ target: text, field: text, found: text, expected: { [text]: [text] }, owner: text });
  return {
    ...QUIET,
    summary: {
      ...QUIET.summary,
      opened: 3,
      resolved: 1,
      openAtEnd: 2,
      driftRate: 2.5,
      medianHoursToResolve: 1.5,
      previous: { ...QUIET.summary, opened: 5 },
    },
    bySystem: [row(text)],
    byField: [row(text)],
    byOwner: [row(text)],
    byAttribution: [row(text)],
    bySeverity: [row('HIGH')],
    weekly: [
      { week: '2026-W46', opened: 2, resolved: 0, open: 2 },
      { week: '2026-W47', opened: 1, resolved: 1, open: 2 },
    ],
    recurring: [{ ...hostile, system: text, attribution: { actor: text, app: text, at: null } }],
    recurringCount: 1,
    unresolved: [hostile, finding({ owner: null, attribution: null, expected: null })],
    forced: [
      { number: 'CR-1001', title: text, by: text, at: QUIET.generatedAt, reason: text, skipped: null },
      {
        number: 'CR-1002',
        title: 'Prices',
        by: 'Alex',
        at: QUIET.generatedAt,
        reason: 'the shop needs it',
        skipped: { approvals: 2, freeze: text, effectiveAt: null },
      },
    ],
    forcedCount: 300,
    gaps: [text],
  };
}

/** Every element's name, as a browser would find them (text holds no bare `<`). */
function elements(page: string): Set<string> {
  return new Set(Array.from(page.matchAll(/<([a-z][a-z0-9]*)/giu), (match) => (match[1] ?? '').toLowerCase()));
}

describe('the audit as a page', () => {
  it('lets no value become markup', () => {
    const page = renderDriftAuditHtml(drifted(HOSTILE));
    expect(page).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(page).not.toContain('\u202e');
    const hostile = elements(page);
    expect(hostile).toEqual(elements(renderDriftAuditHtml(drifted('harmless'))));
    for (const banned of ['script', 'img', 'link', 'iframe', 'object']) expect(hostile.has(banned)).toBe(false);
  });

  it('needs nothing from elsewhere', () => {
    const page = renderDriftAuditHtml(drifted('x'));
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/\s(?:src|href)=|@import|url\((?!#)|<script| on[a-z]+=/u);
  });

  it('draws one chart, of all three series, with the figures beside it as a table', () => {
    const page = renderDriftAuditHtml(drifted('x'));
    expect(page.match(/<svg/gu)).toHaveLength(1);
    const [chart] = /<svg[\s\S]*<\/svg>/u.exec(page) ?? [''];
    for (const text of ['Opened', 'Resolved', 'Open at the end of the week', 'W46', 'W47'])
      expect(chart).toContain(`>${text}</text>`);
    expect(chart).toContain('aria-hidden="true"');
    expect(chart).not.toMatch(/<style|class=/u);
    expect(page).toContain('<th scope="row">2026-W47</th>');
  });

  it('gives the same text for the same audit, however often it is asked', () => {
    expect(renderDriftAuditHtml(drifted('x'))).toBe(renderDriftAuditHtml(drifted('x')));
  });

  it('reads as sentences, and marks what is late and what nobody answers for', () => {
    const page = renderDriftAuditHtml(drifted('x'));
    expect(page).toContain('3 findings were opened; 1 was resolved, and 2 are open now.');
    expect(page).toContain('−2 against 5');
    expect(page).toMatch(/<small class="late">overdue<\/small>/u);
    expect(page).toContain('<em>nobody</em>');
    expect(page).toContain('>x: x<');
    expect(page).toContain('<em>not set</em>');
    expect(page).toContain('1.5 h');
    expect(page).toContain('<td>without 2 approvals that it asked for, in the freeze window x</td>');
    expect(page).toContain('The first 2 of 300 are shown.');
    expect(renderDriftAuditHtml(QUIET)).toContain('No change request was applied by force.');
  });

  it('says how many findings it leaves out', () => {
    const audit = drifted('x');
    const page = renderDriftAuditHtml({ ...audit, summary: { ...audit.summary, openAtEnd: 1203 } });
    expect(page).toContain('The first 2 of 1,203 are shown.');
  });

  it('says well that there is nothing to say', () => {
    const page = renderDriftAuditHtml(QUIET);
    expect(page).toContain('No drift was found this quarter. 100% of 1,200 governed SKUs');
    expect(page).toContain('Nothing is unresolved.');
    expect(page).toContain('No gaps are known');
    expect(page).not.toContain('<svg');
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/u);
  });

  it('does not call a master without SKUs free of drift', () => {
    const page = renderDriftAuditHtml({ ...QUIET, summary: { ...QUIET.summary, skusGoverned: 0, coverage: 0 } });
    expect(page).toContain('No SKU was governed in this quarter');
    expect(page).not.toContain('0% of');
  });
});

describe('the audit as JSON', () => {
  it('is read back with the API’s names and RFC 3339 instants', () => {
    const read: unknown = JSON.parse(renderDriftAuditJson(drifted(HOSTILE)));
    expect(read).toMatchObject({
      self: '/reports/drift-audit/2026-Q4.json',
      quarter: '2026-Q4',
      closed: false,
      generatedAt: '2026-11-23T20:32:00.000Z',
      summary: { driftRate: 2.5, previous: { opened: 5 } },
      gaps: [HOSTILE],
    });
  });
});

describe('the html template', () => {
  it('escapes text and keeps markup', () => {
    expect(html`<p title="${'"a"'}">${html`<b>${'<'}</b>`}${null}${0}</p>`.text).toBe(
      '<p title="&quot;a&quot;"><b>&lt;</b>0</p>',
    );
  });

  it('shows what cannot be shown as such', () => {
    expect(escapeHtml('a\u0000b\ud800c\u202ed\te')).toBe('a\ufffdb\ufffdc\ufffdd\te');
  });
});
