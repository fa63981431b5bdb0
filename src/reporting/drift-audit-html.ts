import type { DriftAudit, DriftAuditSummary } from '../domain/audit/drift-audit.js';
import { day, duration, howMany, moved, oneDecimal, percent, period, shortTime, whole } from './audit-figures.js';
import { weeklyDriftChart } from './chart.js';
import { DRIFT_AUDIT_STYLE } from './drift-audit-style.js';
import { breakdownTables, findingTable, weeklyTable } from './drift-audit-tables.js';
import { forcedTable } from './forced-table.js';
import type { Markup } from './html.js';
import { html, markup } from './html.js';

/**
 * The audit as one self-contained page to read, print and sign: no scripts, nothing fetched from elsewhere. Every value
 * is escaped. The same audit gives the same text.
 */
export function renderDriftAuditHtml(audit: DriftAudit): string {
  const title = `Drift audit ${audit.quarter}`;
  // Nothing may be loaded or run, even if a value were to break out of its cell.
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return html`${markup('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${markup(DRIFT_AUDIT_STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${opening(audit)} ${summarySection(audit)} ${gapSection(audit)} ${driftSections(audit)}
          ${unresolvedSection(audit)} ${forcedSection(audit)} ${termsSection()} ${closing(audit)}
        </main>
      </body>
    </html> `.text;
}

function quarterName(audit: DriftAudit): string {
  const [year, quarter] = audit.quarter.split('-');
  return `${quarter ?? ''} ${year ?? ''}`;
}

/** Nothing opened, resolved or left over: there is no table to show. */
function isQuiet({ summary }: DriftAudit): boolean {
  return summary.opened === 0 && summary.resolved === 0 && summary.openAtEnd === 0;
}

function leadText(audit: DriftAudit): string {
  const { summary } = audit;
  const standing = audit.running ? 'are open now' : 'were open when it ended';
  if (summary.skusGoverned === 0 && isQuiet(audit))
    return 'No SKU was governed in this quarter: there was nothing to audit.';
  const compared = `${percent(summary.coverage)} of ${howMany(summary.skusGoverned, 'governed SKU')} were compared with every system that they are in.`;
  if (isQuiet(audit)) return `No drift was found this quarter. ${compared}`;
  const opened =
    summary.opened === 0
      ? 'No drift was found this quarter'
      : `${howMany(summary.opened, 'finding')} ${summary.opened === 1 ? 'was' : 'were'} opened`;
  return `${opened}; ${whole(summary.resolved)} ${summary.resolved === 1 ? 'was' : 'were'} resolved, and ${whole(summary.openAtEnd)} ${summary.openAtEnd === 1 ? standing.replace(/^are/u, 'is').replace(/^were/u, 'was') : standing}. ${compared}`;
}

function opening(audit: DriftAudit): Markup {
  const status = audit.running
    ? `The quarter still runs: live figures as of ${shortTime(audit.generatedAt)} UTC.`
    : `The quarter has ended but is not closed: live figures as of ${shortTime(audit.generatedAt)} UTC.`;
  return html`<header>
    <p class="eyebrow">Quarterly drift audit</p>
    <h1>${quarterName(audit)}</h1>
    <p class="period">${period(audit.from, audit.until)} · all times are UTC</p>
    <p class="status">${status}</p>
    <p class="lead">${leadText(audit)}</p>
  </header>`;
}

interface Figure {
  name: string;
  read: (summary: DriftAuditSummary) => number | null;
  write: (value: number) => string;
  /** How a difference is written, where that is not as the figure itself. */
  writeMoved?: (value: number) => string;
}

const FIGURES: readonly Figure[] = [
  { name: 'SKUs governed', read: (of) => of.skusGoverned, write: whole },
  {
    name: 'Coverage',
    read: (of) => (of.skusGoverned === 0 ? null : of.coverage),
    write: percent,
    writeMoved: (value) => `${oneDecimal(value * 100)} points`,
  },
  { name: 'Drifted SKUs per 1,000', read: (of) => (of.skusGoverned === 0 ? null : of.driftRate), write: oneDecimal },
  { name: 'Median time to resolve', read: (of) => of.medianHoursToResolve, write: duration },
  { name: 'Findings opened', read: (of) => of.opened, write: whole },
  { name: 'Findings resolved', read: (of) => of.resolved, write: whole },
  { name: 'Open at end', read: (of) => of.openAtEnd, write: whole },
  { name: 'Of these, waived', read: (of) => of.waived, write: whole },
];

function figureCell({ name, read, write, writeMoved = write }: Figure, summary: DriftAuditSummary): Markup {
  const now = read(summary);
  const before = summary.previous === null ? null : read(summary.previous);
  let against = 'none in the quarter before';
  if (before !== null) against = `${write(before)} in the quarter before`;
  if (before !== null && now !== null) against = `${moved(now, before, writeMoved)} against ${write(before)}`;
  return html`<div>
    <dt>${name}</dt>
    <dd>${now === null ? 'none yet' : write(now)}</dd>
    ${summary.previous === null ? null : html`<dd class="before">${against}</dd>`}
  </div>`;
}

function summarySection({ summary }: DriftAudit): Markup {
  const before =
    summary.previous === null
      ? html`<p>There is no quarter before this one to compare with.</p>`
      : html`<p>Small figures compare with the quarter before.</p>`;
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    ${before}
    <dl class="figures">${FIGURES.map((figure) => figureCell(figure, summary))}</dl>
  </section>`;
}

function gapSection({ gaps }: DriftAudit): Markup {
  const body =
    gaps.length === 0
      ? html`<p class="clear">
          No gaps are known: every system had a finished full scan, and no comparison is missing.
        </p>`
      : html`<p>Read every figure of this report with these in mind.</p>
          <ul class="gaps">
            ${gaps.map((gap) => html`<li>${gap}</li>`)}
          </ul>`;
  return html`<section aria-labelledby="gaps">
    <h2 id="gaps">What this audit cannot vouch for</h2>
    ${body}
  </section>`;
}

function driftSections(audit: DriftAudit): Markup {
  if (isQuiet(audit)) {
    return html`<section aria-labelledby="weeks">
      <h2 id="weeks">Drift</h2>
      <p class="clear">No drift was found this quarter.</p>
    </section>`;
  }
  const weeks = html`<section aria-labelledby="weeks">
    <h2 id="weeks">Week by week</h2>
    <figure>
      ${weeklyDriftChart(audit.weekly)}
      <figcaption>Findings opened and resolved in each week, and how many were open when it ended.</figcaption>
    </figure>
    ${weeklyTable(audit)}
  </section>`;
  const breakdowns = html`<section aria-labelledby="where">
    <h2 id="where">Where it came from</h2>
    ${breakdownTables(audit)}
  </section>`;
  const recurring =
    audit.recurring.length === 0
      ? html`<p class="clear">Nothing that had been resolved came back in this quarter.</p>`
      : findingTable(
          audit.recurring,
          audit.recurringCount,
          'Resolved once and seen again in this quarter, most often first: usually two writers of one field.',
          audit.generatedAt,
        );
  return html`${weeks}${breakdowns}
    <section aria-labelledby="again">
      <h2 id="again">What came back</h2>
      ${recurring}
    </section>`;
}

function unresolvedSection(audit: DriftAudit): Markup {
  const caption = audit.running
    ? 'Open, acknowledged or waived now; most severe first, then longest open.'
    : 'Open when the quarter ended, with their state of today; most severe first, then longest open.';
  const body =
    audit.unresolved.length === 0
      ? html`<p class="clear">Nothing is unresolved.</p>`
      : findingTable(audit.unresolved, audit.summary.openAtEnd, caption, audit.generatedAt);
  return html`<section aria-labelledby="unresolved">
    <h2 id="unresolved">Unresolved</h2>
    ${body}
  </section>`;
}

function forcedSection({ forced, forcedCount }: DriftAudit): Markup {
  const body =
    forced.length === 0
      ? html`<p class="clear">No change request was applied by force.</p>`
      : forcedTable(forced, forcedCount);
  return html`<section aria-labelledby="forced">
    <h2 id="forced">Applied by force</h2>
    ${body}
  </section>`;
}

function termsSection(): Markup {
  return html`<section aria-labelledby="terms">
    <h2 id="terms">How to read it</h2>
    <dl class="terms">
      <dt>Finding</dt>
      <dd>
        A difference between the master and a system that somebody else made, from when it is first seen until it is
        resolved.
      </dd>
      <dt>Opened</dt>
      <dd>
        Findings seen for the first time in the quarter, and those seen again after they had been resolved: each time
        counts.
      </dd>
      <dt>Governed</dt>
      <dd>SKUs past DRAFT that are listed in a system, or are there already.</dd>
      <dt>Coverage</dt>
      <dd>
        Share of governed SKUs that were compared, in the quarter, with every system that they are in or are to be in.
      </dd>
      <dt>Drifted SKUs</dt>
      <dd>Governed SKUs with any finding opened in the quarter, per 1,000 governed.</dd>
      <dt>Time to resolve</dt>
      <dd>From being seen, or seen again, to being resolved; the median of what was resolved in the quarter.</dd>
    </dl>
  </section>`;
}

function closing(audit: DriftAudit): Markup {
  return html`<section aria-labelledby="signature">
      <h2 id="signature">Review</h2>
      <p>
        These figures are live until the quarter is closed. A signature on this page attests to this print of
        ${day(audit.generatedAt)} only.
      </p>
      <div class="sign">
        <p>Name and role</p>
        <p>Signature</p>
        <p>Date</p>
      </div>
    </section>
    <footer>Drift audit ${audit.quarter}, generated ${shortTime(audit.generatedAt)} UTC by Skuward.</footer>`;
}
