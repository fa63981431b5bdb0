import type { PolicyInForce } from '../domain/approvals/approval-rule.js';
import { ReportRenderer } from '../application/ports/report-renderer.js';
import type { DriftAudit } from '../domain/audit/drift-audit.js';
import { approvalsMarkdown } from '../reporting/approvals-markdown.js';
import { renderDriftAuditJson } from '../reporting/drift-audit-json.js';
import type { SourceOfTruth } from '../domain/truth/standing.js';
import { sourceOfTruthMarkdown } from '../reporting/source-of-truth-markdown.js';

/** Binds the port to the reporting room. */
export class BoundReportRenderer extends ReportRenderer {
  async driftAuditHtml(audit: DriftAudit): Promise<string> {
    // Brings a library of charts along, a fifth of all that there is to load: not before somebody asks for a report.
    const { renderDriftAuditHtml } = await import('../reporting/drift-audit-html.js');
    return renderDriftAuditHtml(audit);
  }

  driftAuditJson(audit: DriftAudit): string {
    return renderDriftAuditJson(audit);
  }

  approvalPolicyMarkdown(policy: PolicyInForce): string {
    return approvalsMarkdown(policy);
  }

  sourceOfTruthMarkdown(policy: SourceOfTruth, at: Date): string {
    return sourceOfTruthMarkdown(policy, at);
  }
}
