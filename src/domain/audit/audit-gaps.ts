import type { SystemLink, SystemMode } from '../publishing/system.js';

/** What is known of one system in one quarter, as far as it says what was not looked at. */
export interface AuditedSystem {
  code: string;
  mode: SystemMode;
  link: SystemLink;
  /** Full scans that ran to their end in the quarter. */
  fullScansFinished: number;
  /** Scans of either mode that failed in the quarter. */
  scansFailed: number;
  /** What the last of them failed with. */
  lastFailure: string | null;
  /** Scans of the quarter that still wait for a person, because they would open too many findings. */
  scansHeld: number;
  /** Governed SKUs that are in it, or are to be, and were not compared in the quarter. */
  skusNotCompared: number;
  /** SKUs that are sold there and have no price in the master, so that theirs is not compared. */
  skusUnpriced: number;
  /** Dead letters that nobody has resolved. */
  deadLetters: number;
}

/** Values of baselines that did not hold, and that nobody had decided on when the quarter ended. */
export interface UndecidedValues {
  values: number;
  /** SKUs, and products of their own, that lack them. */
  skus: number;
  products: number;
}

/** SKUs that are sold or about to be, as far as somebody is accountable for them. */
export interface OwnedSkus {
  skus: number;
  /** No rule reaches them, or whoever it names cannot answer. */
  orphaned: number;
}

/** "1 SKU", "1,204 SKUs" */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were';
}

/** An error's text may be long, or end in a full stop of its own; a sentence has room for its beginning. */
function quoted(error: string): string {
  const line = error.replace(/\s+/gu, ' ').trim();
  const short = line.length > 200 ? `${line.slice(0, 199)}…` : line;
  return short.replace(/\.$/u, '');
}

function gapsOfSystem(system: AuditedSystem): string[] {
  const { code } = system;
  const gaps: string[] = [];
  if (system.link === 'UNLINKED') {
    gaps.push(
      `${code} is not linked: its records are not matched with the master yet, and nothing is published to it.`,
    );
  }
  if (system.mode === 'READ_ONLY') {
    gaps.push(`${code} is read-only: its differences are found, but nothing is written back to it.`);
  }
  if (system.fullScansFinished === 0) {
    gaps.push(`${code} had no finished full scan in the quarter: what is missing there cannot be known.`);
  }
  if (system.scansFailed > 0) {
    const last = system.lastFailure === null ? '' : `; the last with: ${quoted(system.lastFailure)}`;
    gaps.push(`${counted(system.scansFailed, 'scan')} of ${code} failed${last}.`);
  }
  if (system.scansHeld > 0) {
    const waits = system.scansHeld === 1 ? 'waits' : 'wait';
    gaps.push(
      `${counted(system.scansHeld, 'scan')} of ${code} ${waits} for confirmation: the findings are not counted.`,
    );
  }
  if (system.skusNotCompared > 0) {
    const count = system.skusNotCompared;
    gaps.push(`${counted(count, 'SKU')} ${was(count)} not compared with ${code} in the quarter.`);
  }
  if (system.skusUnpriced > 0) {
    const have = system.skusUnpriced === 1 ? 'has' : 'have';
    gaps.push(
      `${counted(system.skusUnpriced, 'SKU')} on sale in ${code} ${have} no price in the master: what is charged there is not compared.`,
    );
  }
  if (system.deadLetters > 0) {
    const lack = system.deadLetters === 1 ? 'is' : 'are';
    gaps.push(
      `${counted(system.deadLetters, 'dead letter')} of ${code} ${lack} open: those records lack an approved change.`,
    );
  }
  return gaps;
}

function gapOfValues({ values, skus, products }: UndecidedValues): string[] {
  if (values === 0) return [];
  const owners = [[skus, 'SKU'] as const, [products, 'product'] as const].filter(([count]) => count > 0);
  const of = owners.map(([count, noun]) => counted(count, noun)).join(' and ');
  const [they, are] = values === 1 ? ['it', 'is'] : ['they', 'are'];
  return [
    `${counted(values, 'value')} of ${of} did not hold when imported: ${they} ${are} compared with no system until somebody decides on ${values === 1 ? 'it' : 'them'}.`,
  ];
}

function gapOfOwners({ skus, orphaned }: OwnedSkus): string[] {
  if (orphaned === 0) return [];
  const have = orphaned === 1 ? 'has' : 'have';
  return [
    `${counted(orphaned, 'SKU')} of ${skus.toLocaleString('en-US')} ${have} no owner who can answer: what drifts there waits for nobody.`,
  ];
}

/** What the audit cannot vouch for, one sentence each: the catalogue's own, then system by system. Empty only when all was looked at. */
export function gapsOf(
  systems: readonly AuditedSystem[],
  undecided: UndecidedValues,
  owned: OwnedSkus,
  running: boolean,
): string[] {
  const gaps: string[] = [];
  if (systems.length === 0) gaps.push('No system is configured: nothing was compared with anything.');
  gaps.push(...gapOfOwners(owned));
  gaps.push(...gapOfValues(undecided));
  for (const system of systems) gaps.push(...gapsOfSystem(system));
  if (!running) {
    gaps.push(
      'This quarter was not closed when it ended: findings are counted as they happened, but SKUs, severities, owners, waivers and the ' +
        'state of systems are those of today; comparisons that later ones have replaced rest on the full scans of the quarter.',
    );
  }
  return gaps;
}
