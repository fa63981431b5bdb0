import { digestDue } from '../../domain/alerts/digest-time.js';
import type { DigestTold, OwnerShare } from '../../domain/alerts/digest.js';
import { digestOf } from '../../domain/alerts/digest.js';
import { SEVERITIES } from '../../domain/drift/source-of-truth.js';
import { readCoverage } from '../ownership/read-coverage.js';
import type { DigestFacts } from '../ports/digest-reader.js';
import type { Ports } from '../ports/ports.js';

/** What is new where there was no digest before. */
const DAY_MS = 86_400_000;

/**
 * Raises the day's digest once its time has come and nobody has raised it: one a day, whatever the number of workers, and
 * late on the same day where none ran at the time. What is new counts from the digest before, however long ago that was.
 * @param seen the day that this process knows to be done, so that it need not ask again.
 * @returns the day that is done; null when none is.
 */
export async function raiseDigest(ports: Ports, seen: string | null): Promise<string | null> {
  const { digestAt, zone } = ports.alerting;
  if (digestAt === null) return seen;
  const now = ports.clock.now();
  const { date, isDue } = digestDue(now, digestAt, zone);
  if (!isDue || date === seen) return seen;
  const last = await ports.outbox.lastDigest();
  if (last?.key === `digest:${date}`) return date;
  const since = last?.raisedAt ?? new Date(now.getTime() - DAY_MS);
  const [facts, coverage] = await Promise.all([ports.digest.facts(since), readCoverage(ports, null)]);
  const causes = coverage.byCause.filter(({ skus }) => skus > 0);
  const told = toldOf(date, facts, { skus: coverage.orphaned, byCause: causes });
  const raised = await ports.work.run((stores) => stores.alerts.raise([digestOf(told)]));
  if (raised > 0) ports.log('info', 'the digest was raised', { date, since: since.toISOString() });
  return date;
}

function toldOf(date: string, facts: DigestFacts, orphans: DigestTold['orphans']): DigestTold {
  const { causes, findings, beyond, pausedSystems, stoppedCanaries, scans, alertsNotSent } = facts;
  const sum = (rows: readonly { open: number; fresh: number; overdue: number }[]): DigestTold['deadLetters'] => ({
    open: rows.reduce((total, { open }) => total + open, 0),
    fresh: rows.reduce((total, { fresh }) => total + fresh, 0),
    overdue: rows.reduce((total, { overdue }) => total + overdue, 0),
  });
  const bySeverity = SEVERITIES.flatMap((severity) => {
    const { open } = sum(findings.filter((each) => each.severity === severity));
    return open > 0 ? [[severity, open] as const] : [];
  });
  const requests = new Set(facts.items.flatMap(({ kind, line }) => (kind === 'REQUEST' ? [line] : [])));
  return {
    date,
    deadLetters: sum(causes),
    causes: causes.map(
      ({ system, class: fault, code, shape, open, fresh, overdue }) =>
        `${system} ${fault}${code === null ? '' : ` ${code}`}: ${open} open, ${fresh} new, ${overdue} overdue${shape ? ` (${shape})` : ''}`,
    ),
    findings: { ...sum(findings), bySeverity: Object.fromEntries(bySeverity) },
    requests: requests.size,
    orphans,
    pausedSystems,
    stoppedCanaries,
    scans,
    alertsNotSent,
    beyond,
    owners: sharesOf(facts),
  };
}

/** Owner by owner, who has most overdue first; what nobody is accountable for comes before all. */
function sharesOf({ items, findings }: DigestFacts): OwnerShare[] {
  const ids = new Set([...items.map(({ ownerId }) => ownerId), ...findings.map(({ ownerId }) => ownerId)]);
  const shares = [...ids].map((ownerId): OwnerShare => {
    const theirs = items.filter((each) => each.ownerId === ownerId);
    const dead = theirs.filter(({ kind }) => kind === 'DEAD_LETTER');
    const counts = findings.filter((each) => each.ownerId === ownerId);
    return {
      ownerId,
      deadLetters: dead.length,
      overdueDeadLetters: dead.filter(({ overdue }) => overdue).length,
      findings: counts.reduce((total, { open }) => total + open, 0),
      overdueFindings: counts.reduce((total, { overdue }) => total + overdue, 0),
      requests: theirs.filter(({ kind }) => kind === 'REQUEST').length,
      lines: theirs.toSorted((a, b) => Number(b.overdue) - Number(a.overdue)).map(({ line }) => line),
    };
  });
  const late = (share: OwnerShare): number => share.overdueDeadLetters + share.overdueFindings;
  return shares.toSorted((a, b) => {
    if (a.ownerId === null || b.ownerId === null) return a.ownerId === null ? -1 : 1;
    return late(b) - late(a) || b.deadLetters - a.deadLetters || b.findings - a.findings;
  });
}
