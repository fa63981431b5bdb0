import type { DriftAudit } from '../../domain/audit/drift-audit.js';
import type { SourceOfTruth } from '../../domain/truth/standing.js';
import type { PolicyInForce } from '../../domain/approvals/approval-rule.js';

/**
 * Turns report values into documents. A class, so that it can be its own injection token: those who answer downloads
 * are given one, and never know the reporting room.
 */
export abstract class ReportRenderer {
  /**
   * The quarterly drift audit as one self-contained HTML page, to be read, printed and signed.
   *
   * No scripts, nothing fetched from elsewhere, every value of the master escaped: it is served under a content
   * security policy that would stop them anyway.
   */
  abstract driftAuditHtml(audit: DriftAudit): Promise<string>;

  /** The same for machines: JSON with keys in a fixed order. */
  abstract driftAuditJson(audit: DriftAudit): string;

  /** Who has to approve what, as Markdown for people. */
  abstract approvalPolicyMarkdown(policy: PolicyInForce): string;

  /** Which system owns which field, as Markdown for people. */
  abstract sourceOfTruthMarkdown(policy: SourceOfTruth, at: Date): string;
}
