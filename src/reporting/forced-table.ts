import type { AuditedForce } from '../domain/audit/drift-audit.js';
import { skippedText } from '../domain/change/forced.js';
import { shortTime, whole } from './audit-figures.js';
import type { Markup } from './html.js';
import { html } from './html.js';

function forcedRow({ number, title, by, at, reason, skipped }: AuditedForce): Markup {
  return html`<tr>
    <th scope="row">${number}<small>${title}</small></th>
    <td>${by}</td>
    <td>${shortTime(at)}</td>
    <td>${skipped === null ? html`<em>not kept</em>` : skippedText(skipped)}</td>
    <td>${reason}</td>
  </tr>`;
}

/** Each request that somebody applied by force, with what was skipped and why (design 4.3). */
export function forcedTable(forced: readonly AuditedForce[], total: number): Markup {
  const caption = 'Requests that did not wait for their approvals, their time or the end of a freeze, in their order.';
  const cut = total > forced.length ? ` The first ${whole(forced.length)} of ${whole(total)} are shown.` : '';
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
    <table class="findings">
      <caption>
        ${caption}${cut}
      </caption>
      <thead>
        <tr>
          <th scope="col">Request</th>
          <th scope="col">Forced by</th>
          <th scope="col">At</th>
          <th scope="col">Skipped</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${forced.map(forcedRow)}
      </tbody>
    </table>
  </div>`;
}
