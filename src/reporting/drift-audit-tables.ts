import type { AuditFinding, DriftAudit, DriftBreakdown } from '../domain/audit/drift-audit.js';
import type { Json } from '../domain/primitives/json.js';
import { howMany, percent, shortTime, whole } from './audit-figures.js';
import type { Markup } from './html.js';
import { html } from './html.js';

/** A value longer than this says nothing more in a table cell; the finding itself holds all of it. */
const VALUE_CHARACTERS = 120;

interface BreakdownTable {
  title: string;
  /** What a row is, as the head of the first column. */
  what: string;
  caption: string;
  rows: readonly DriftBreakdown[];
}

function breakdownRow(row: DriftBreakdown): Markup {
  const width = (row.share * 100).toFixed(2);
  return html`<tr>
    <th scope="row">${row.key}</th>
    <td class="n">${whole(row.opened)}</td>
    <td class="n share"><i style="width:${width}%"></i><span>${percent(row.share)}</span></td>
    <td class="n">${whole(row.resolved)}</td>
    <td class="n">${whole(row.openAtEnd)}</td>
  </tr>`;
}

function breakdownTable({ title, what, caption, rows }: BreakdownTable): Markup {
  return html`<section class="breakdown">
    <h3>${title}</h3>
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${what}</th>
          <th scope="col" class="n">Opened</th>
          <th scope="col" class="n">Share of opened</th>
          <th scope="col" class="n">Resolved</th>
          <th scope="col" class="n">Open at end</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(breakdownRow)}
      </tbody>
    </table>
  </section>`;
}

/** One table for each thing that drift can be broken down by; those that have no rows say nothing and are left out. */
export function breakdownTables(audit: DriftAudit): Markup {
  const tables: BreakdownTable[] = [
    { title: 'By system', what: 'System', caption: 'Where the edits were made.', rows: audit.bySystem },
    { title: 'By severity', what: 'Severity', caption: 'How much was at stake.', rows: audit.bySeverity },
    {
      title: 'By field',
      what: 'Field',
      caption: 'What was edited; where a whole record is concerned, the kind of finding.',
      rows: audit.byField,
    },
    {
      title: 'By owner',
      what: 'Owner',
      caption: 'Who is accountable for the SKUs concerned.',
      rows: audit.byOwner,
    },
    {
      title: 'By author of the edit',
      what: 'App or person',
      caption: 'Who edited behind the master’s back, as far as the system tells: the app, else the person.',
      rows: audit.byAttribution,
    },
  ];
  return html`${tables.filter((table) => table.rows.length > 0).map(breakdownTable)}`;
}

export function weeklyTable(audit: DriftAudit): Markup {
  const rows = audit.weekly.map(
    (week) =>
      html`<tr>
        <th scope="row">${week.week}</th>
        <td class="n">${whole(week.opened)}</td>
        <td class="n">${whole(week.resolved)}</td>
        <td class="n">${whole(week.open)}</td>
      </tr>`,
  );
  return html`<table>
    <caption>
      The same figures by ISO week (Monday to Sunday). Weeks are cut at the quarter’s edges, so that the columns add up
      to the quarter.
    </caption>
    <thead>
      <tr>
        <th scope="col">Week</th>
        <th scope="col" class="n">Opened</th>
        <th scope="col" class="n">Resolved</th>
        <th scope="col" class="n">Open at end of week</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** Records as "status: ACTIVE, published: true" and lists with semicolons: words that break over lines, unlike JSON. */
function told(value: Json): string {
  if (value === null) return 'not set';
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : value.map(told).join('; ');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${told(inner)}`)
      .join(', ');
  }
  return String(value);
}

function valueText(value: Json): Markup {
  if (value === null) return html`<em>not set</em>`;
  const text = told(value);
  const signs = Array.from(text);
  const short = signs.length > VALUE_CHARACTERS ? `${signs.slice(0, VALUE_CHARACTERS).join('')}…` : text;
  return html`<span class="value">${short}</span>`;
}

function authorOf(finding: AuditFinding): Markup {
  const { actor, app } = finding.attribution ?? { actor: null, app: null };
  const known = [app, actor].filter((name) => name !== null && name !== '');
  return known.length > 0 ? html`${known.join(', ')}` : html`<em>unknown</em>`;
}

function findingRow(finding: AuditFinding, asOf: Date): Markup {
  const isOverdue = finding.dueAt !== null && finding.state !== 'RESOLVED' && finding.dueAt < asOf;
  const due = finding.dueAt === null ? html`<em>no date</em>` : html`${shortTime(finding.dueAt)}`;
  const again =
    finding.recurrences === 0 ? null : html`<small>seen again ${howMany(finding.recurrences, 'time')}</small>`;
  return html`<tr>
    <th scope="row">
      <b class="severity ${finding.severity.toLowerCase()}">${finding.severity}</b> ${finding.target}<small
        >${finding.system} · ${finding.state.toLowerCase()}</small
      >
    </th>
    <td>${finding.field ?? finding.kind}</td>
    <td>${valueText(finding.expected)}</td>
    <td>${valueText(finding.found)}</td>
    <td>${authorOf(finding)}</td>
    <td>${finding.owner === null ? html`<em>nobody</em>` : html`${finding.owner}`}</td>
    <td>${shortTime(finding.openedAt)}${again}</td>
    <td>${due}${isOverdue ? html`<small class="late">overdue</small>` : null}</td>
  </tr>`;
}

/** A table of findings, value beside value. `asOf` decides what is overdue. */
export function findingTable(findings: readonly AuditFinding[], total: number, caption: string, asOf: Date): Markup {
  const cut = total > findings.length ? ` The first ${whole(findings.length)} of ${whole(total)} are shown.` : '';
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table class="findings">
      <caption>
        ${caption}${cut}
      </caption>
      <thead>
        <tr>
          <th scope="col">Target</th>
          <th scope="col">Field or kind</th>
          <th scope="col">Master says</th>
          <th scope="col">System holds</th>
          <th scope="col">Edited by</th>
          <th scope="col">Owner</th>
          <th scope="col">Opened</th>
          <th scope="col">Due</th>
        </tr>
      </thead>
      <tbody>
        ${findings.map((finding) => findingRow(finding, asOf))}
      </tbody>
    </table>
  </div>`;
}
