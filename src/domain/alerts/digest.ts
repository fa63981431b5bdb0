import type { AlertDraft, AlertGroup } from './alert.js';
import { groupOf } from './alert.js';

/** One owner's share of what waits. */
export interface OwnerShare {
  ownerId: string | null;
  deadLetters: number;
  overdueDeadLetters: number;
  findings: number;
  overdueFindings: number;
  requests: number;
  /** What waits, most pressing first; perhaps not all of it. */
  lines: string[];
}

/** Everything that a digest tells. */
export interface DigestTold {
  /** Day of the digest, YYYY-MM-DD, where the house is. */
  date: string;
  deadLetters: { open: number; fresh: number; overdue: number };
  /** Dead letters that died of one thing, one line each. */
  causes: string[];
  findings: { open: number; fresh: number; overdue: number; bySeverity: Record<string, number> };
  requests: number;
  orphans: { skus: number; byCause: { cause: string; skus: number }[] };
  pausedSystems: string[];
  /** Large requests that stopped: the rest of them is held until somebody decides. */
  stoppedCanaries: string[];
  scans: string[];
  /** How many people were not told of, and the newest of them, one line each. */
  alertsNotSent: { count: number; lines: string[] };
  /** Dead letters that no owner's share tells. */
  beyond: number;
  owners: OwnerShare[];
}

/** Owners whose share a message has room for come first; the others are counted by whoever renders it. */
export function digestOf(told: DigestTold): AlertDraft {
  const general = [
    groupOf(null, 'Dead letters by cause', told.causes),
    groupOf(null, 'Systems that nothing is sent to', told.pausedSystems),
    groupOf(null, 'Requests that stopped and wait for a decision', told.stoppedCanaries),
    groupOf(null, 'Scans that did not finish', told.scans),
    groupOf(
      null,
      'Alerts that could not be sent',
      told.alertsNotSent.lines,
      told.alertsNotSent.count - told.alertsNotSent.lines.length,
    ),
    groupOf(
      null,
      'SKUs that nobody answers for',
      told.orphans.byCause.map(({ cause, skus }) => `${cause}: ${skus}`),
    ),
  ].filter(({ lines }) => lines.length > 0);
  return {
    key: `digest:${told.date}`,
    kind: 'DIGEST',
    system: null,
    subject: told.date,
    title: `Skuward on ${told.date}: ${pressing(told)}`,
    body: summary(told).join('\n'),
    groups: [...general, ...told.owners.map(shareOf)],
  };
}

/** What a title has room for: what cannot wait, else what is open; quiet is a morning that has nothing to tell at all. */
function pressing({ deadLetters, findings, ...told }: DigestTold): string {
  const urgent = [
    counted(deadLetters.overdue + findings.overdue, 'overdue', 'overdue'),
    counted(told.pausedSystems.length, 'paused system', 'paused systems'),
    counted(told.stoppedCanaries.length, 'stopped request', 'stopped requests'),
    counted(told.scans.length, 'unfinished scan', 'unfinished scans'),
    counted(told.alertsNotSent.count, 'unsent alert', 'unsent alerts'),
  ].filter((each) => each !== null);
  if (urgent.length > 0) return urgent.join(', ');
  const open = deadLetters.open + findings.open;
  if (open > 0) return `${open} open, none overdue`;
  const waiting = told.requests + told.orphans.skus;
  return waiting > 0 ? 'nothing overdue' : 'all quiet';
}

function summary(told: DigestTold): string[] {
  const { deadLetters, findings } = told;
  const severities = Object.entries(findings.bySeverity).map(([severity, open]) => `${open} ${severity}`);
  const named = severities.length > 0 ? ` (${severities.join(', ')})` : '';
  return [
    `Dead letters: ${deadLetters.open} open, ${deadLetters.fresh} new, ${deadLetters.overdue} overdue`,
    `Findings: ${findings.open} open${named}, ${findings.fresh} new, ${findings.overdue} overdue`,
    `Requests waiting for approval: ${told.requests}`,
    `Orphaned SKUs: ${told.orphans.skus}`,
    `Paused systems: ${told.pausedSystems.length}`,
    `Scans that did not finish: ${told.scans.length}`,
    ...(told.stoppedCanaries.length > 0
      ? [`Requests that stopped and wait for a decision: ${told.stoppedCanaries.length}`]
      : []),
    ...(told.beyond > 0 ? [`${told.beyond} more dead letters are counted above and told under no owner below`] : []),
    ...(told.alertsNotSent.count > 0
      ? [`${told.alertsNotSent.count} alerts could not be sent: alertRetry sends what is NOT_SENT, NOWHERE or WAITING`]
      : []),
  ];
}

function shareOf(share: OwnerShare): AlertGroup {
  const parts = [
    withOverdue(counted(share.deadLetters, 'dead letter', 'dead letters'), share.overdueDeadLetters),
    withOverdue(counted(share.findings, 'finding', 'findings'), share.overdueFindings),
    counted(share.requests, 'request to approve', 'requests to approve'),
  ].filter((part) => part !== null);
  const who = share.ownerId === null ? 'Nobody is accountable: ' : '';
  const all = share.deadLetters + share.findings + share.requests;
  return groupOf(share.ownerId, `${who}${parts.join(', ')}`, share.lines, Math.max(0, all - share.lines.length));
}

function counted(count: number, one: string, several: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : several}`;
}

function withOverdue(share: string | null, overdue: number): string | null {
  return share !== null && overdue > 0 ? `${share} (${overdue} overdue)` : share;
}
