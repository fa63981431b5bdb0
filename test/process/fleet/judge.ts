import { DELIVERY_TRANSITIONS, OPEN_STATES } from '../../../src/domain/publishing/delivery-state.js';
import type { Applied } from './desk.js';
import type { Facts, RecordFact } from './facts.js';
import type { History } from './history.js';
import type { StaffEdit } from './staff.js';

/**
 * Without concurrency tokens a store leaves one window between reading and writing in which staff may edit (design 4.7). A
 * write is stored when its lane has been read; on a machine that is busy the reading may lie this long before.
 */
const WINDOW_MS = 5_000;

export interface Evidence {
  facts: Facts;
  history: History;
  edits: readonly StaffEdit[];
  applied: readonly Applied[];
}

/** One for each rule of docs/publishing.md that is broken, in words; empty where all hold. */
export interface Verdict {
  broken: string[];
  /** Edits that were lost in that window, and how many were written over with a finding that holds them. */
  lostInWindow: number;
  overwritten: number;
}

export function judge(evidence: Evidence): Verdict {
  const { history, edits } = evidence;
  const verdict: Verdict = { broken: [], lostInWindow: 0, overwritten: 0 };
  const index = indexed(evidence);
  const byCell = Map.groupBy(edits, ({ cell }) => cell);
  for (const [cell, values] of history.cells) {
    verdict.broken.push(...outOfOrder(cell, values, index));
    for (const edit of byCell.get(cell) ?? []) weigh(edit, values, index, verdict);
  }
  verdict.broken.push(...twice(history), ...unaccounted(index, history), ...miscounted(evidence));
  verdict.broken.push(...unended(evidence, index), ...illegalSteps(evidence), ...behind(evidence));
  const { unnumbered, holes } = evidence.facts.feed;
  if (unnumbered > 0 || holes > 0) verdict.broken.push(`feed: ${unnumbered} entries without a number, ${holes} holes`);
  return verdict;
}

interface Index {
  records: readonly RecordFact[];
  recordOf: Map<string, RecordFact>;
  /** The master's values of a cell, oldest first. */
  wanted: (cell: string) => string[];
  open: Map<string, { kind: string; field: string | null; found: unknown }[]>;
  held: Set<string>;
  dead: Set<string>;
  attempts: Map<string, { value: string | null; sentAt: number }[]>;
  staff: Set<string>;
}

function indexed({ facts, edits }: Evidence): Index {
  const revisions = Map.groupBy(facts.revisions, ({ target }) => target);
  const wanted = (cell: string): string[] => {
    const [, field = '', target = ''] = cell.split(' ');
    const values = (revisions.get(target) ?? []).flatMap((each) =>
      field === 'price' ? (each.price ?? []) : each.title,
    );
    return [...new Set(values.map(plain))];
  };
  const attempts = facts.attempts.flatMap(({ record_id: id, price, title, sent_at: at }) =>
    [price, title].map((value) => ({ id, value: value === null ? null : plain(value), sentAt: at.getTime() })),
  );
  const openFindings = facts.findings.filter(({ state }) => state !== 'RESOLVED');
  return {
    records: facts.records,
    recordOf: new Map(facts.records.map((record) => [`${record.system} ${record.target}`, record])),
    wanted,
    open: Map.groupBy(openFindings, ({ record_id: id }) => id),
    held: new Set(facts.held.map(({ record_id: id, field, found }) => `${id} ${field} ${plain(found)}`)),
    dead: new Set(
      facts.deliveries.flatMap(({ system, target, state }) =>
        state === 'DEAD_LETTERED' ? [`${system} ${target}`] : [],
      ),
    ),
    attempts: Map.groupBy(attempts, ({ id }) => id),
    staff: new Set(edits.map(({ value }) => plain(value))),
  };
}

/** Of what the master put there, nothing older ever came after something newer. */
function outOfOrder(cell: string, values: readonly string[], { wanted }: Index): string[] {
  const order = wanted(cell);
  const ours = values.map((value) => order.indexOf(plain(value))).filter((at) => at >= 0);
  const at = ours.findIndex((place, index) => place < (ours[index - 1] ?? -1));
  return at < 0 ? [] : [`an older revision replaced a newer: ${cell} showed ${values.join(', ')}`];
}

/** What was typed is there still, or somebody else of the staff wrote over it, or a finding holds it. */
function weigh(edit: StaffEdit, values: readonly string[], index: Index, verdict: Verdict): void {
  const at = values.findIndex((value) => plain(value) === plain(edit.value));
  const next = values[at + 1];
  // Refused, or the last value that was there.
  if (at < 0 || next === undefined || index.staff.has(plain(next))) return;
  const [system = '', field = '', target = ''] = edit.cell.split(' ');
  const record = index.recordOf.get(`${system} ${target}`);
  if (record && index.held.has(`${record.id} ${field} ${plain(edit.value)}`)) {
    verdict.overwritten += 1;
    return;
  }
  const writes = index.attempts.get(record?.id ?? '') ?? [];
  const mayHaveMissedIt = writes.some(({ value, sentAt }) => value === plain(next) && edit.at > sentAt - WINDOW_MS);
  if (edit.system === 'shopify' && mayHaveMissedIt) verdict.lostInWindow += 1;
  else verdict.broken.push(`an edit was overwritten unseen: ${edit.cell} showed ${values.join(', ')}`);
}

function twice({ present }: History): string[] {
  const seen = Map.groupBy(present, (each) => each);
  return [...seen].flatMap(([name, all]) => (all.length > 1 ? [`${name} is there ${all.length} times`] : []));
}

/** In sync by what the system itself shows, or an open finding that holds what it shows, or a dead letter. */
function unaccounted(index: Index, { cells, present }: History): string[] {
  const there = new Set(present);
  return index.records.flatMap((record) => {
    const name = `${record.system} ${record.target}`;
    if (index.dead.has(name)) return [];
    const open = index.open.get(record.id) ?? [];
    if (!there.has(name)) {
      const isKnown = open.some(({ kind }) => kind === 'MISSING') || record.state === 'DRAFT';
      return isKnown ? [] : [`${name} is not there, and nobody knows`];
    }
    const fields =
      record.entity === 'PRODUCT' ? ['product.title'] : record.system === 'erp' ? ['price', 'title'] : ['price'];
    const wrong = fields.filter((field) => {
      const shown = plain(cells.get(`${record.system} ${field} ${record.target}`)?.at(-1));
      const wanted = plain(field === 'price' ? record.price : record.title);
      return shown !== wanted && !open.some((finding) => finding.field === field && plain(finding.found) === shown);
    });
    if (record.in_sync !== true && open.length === 0) return [`${name} is not in sync, and no finding says why`];
    return wrong.map((field) => {
      const shown = cells.get(`${record.system} ${field} ${record.target}`)?.at(-1);
      return `${name} shows ${shown} in ${field} instead of ${field === 'price' ? record.price : record.title}, and nobody knows`;
    });
  });
}

/** Each request that somebody was told is applied made one delivery of each record that it reaches, and no other did. */
function miscounted({ facts, applied }: Evidence): string[] {
  const made = Map.groupBy(facts.deliveries, ({ request }) => request);
  return applied.flatMap(({ id, owes }) => {
    const got = (made.get(id.slice(id.indexOf('_') + 1)) ?? []).map(({ system, target }) => `${system} ${target}`);
    const [short, over] = [owes.filter((each) => !got.includes(each)), got.filter((each) => !owes.includes(each))];
    const isRight = short.length === 0 && over.length === 0 && got.length === owes.length;
    return isRight
      ? []
      : [
          `${id}: ${got.length} deliveries, and ${owes.length} were owed; lacks ${short.join(', ')}; has ${over.join(', ')}`,
        ];
  });
}

/** Whatever is open still waits for a record that is gone, of which a finding tells. */
function unended({ facts }: Evidence, index: Index): string[] {
  return facts.deliveries.flatMap(({ system, target, state }) => {
    const record = index.recordOf.get(`${system} ${target}`);
    const isMissed = (index.open.get(record?.id ?? '') ?? []).some(({ kind }) => kind === 'MISSING');
    return OPEN_STATES.includes(state) && !isMissed ? [`a delivery of ${target} to ${system} is still ${state}`] : [];
  });
}

/** DELIVERED means that it is there: no look, while it went on or afterwards, finds anything that is owed still. */
function behind({ facts }: Evidence): string[] {
  const lags = facts.deliveries.filter(({ request }) => request === null);
  return lags.map(({ system, target }) => `${target} counted as delivered to ${system}, and was not there`);
}

function illegalSteps({ facts }: Evidence): string[] {
  return facts.steps.flatMap(({ delivery_id: id, was, became }) => {
    const isLegal = was === null ? became === 'PENDING' : DELIVERY_TRANSITIONS[was].includes(became);
    return isLegal ? [] : [`delivery ${id} went from ${was ?? 'nothing'} to ${became}`];
  });
}

/** One text for one value, however it is written: 101.5, "101.50" and 101.5000 are one price. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text).toFixed(2) : text;
}
