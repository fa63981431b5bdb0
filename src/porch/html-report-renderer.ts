import { ReportRenderer } from '../application/ports/report-renderer.js';
import type { DriftAudit } from '../domain/audit/drift-audit.js';
import { renderDriftAuditHtml } from '../reporting/drift-audit-html.js';

/** Binds the port to the reporting room. */
export class HtmlReportRenderer extends ReportRenderer {
  driftAuditHtml(audit: DriftAudit): string {
    return renderDriftAuditHtml(audit);
  }
}
