import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Caller } from '../../domain/actor.js';
import type { Party } from '../../domain/ownership/party.js';
import type { AssignmentPlan } from '../../domain/ownership/plan-assignments.js';
import { doubledLines, planAssignments, standingRows } from '../../domain/ownership/plan-assignments.js';
import type { Assignment, AssignmentFault } from '../../domain/ownership/read-assignments.js';
import { AssignmentReader } from '../../domain/ownership/read-assignments.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { ownerFault } from '../../domain/ownership/rule-draft.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import { problem } from '../../domain/problem.js';
import { CsvFault, csvRows } from '../imports/csv-rows.js';
import { BodyFault } from '../imports/receive-import.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { auditRules } from './audit-rules.js';
import { ownerWarnings } from './owner-warnings.js';

/** What a file holds at most: more than a rule for each of a million SKUs would be a rule too fine. */
export const FILE_BYTES = 20 * 1024 * 1024;
export const ROWS_LIMIT = 200_000;
/** Blank lines, and breaks inside of cells, are work to read too. */
const LINES_LIMIT = 1.1 * ROWS_LIMIT;
const CHUNK_BYTES = 64 * 1024;
/** Faults that are told; they are always counted in full. */
export const FAULTS_TOLD = 1_000;

export interface AssignmentResult {
  dryRun: boolean;
  /** Rows of the file, blank ones too. */
  rows: number;
  /** Rows without an owner, about which nothing was done. */
  leftBlank: number;
  /** Rows that say what was so already. */
  unchanged: number;
  /** Rules that were added, and those that they took the place of. */
  set: number;
  ended: number;
  warnings: Problem[];
}

export type { AssignmentFault };

export type AssignmentOutcome =
  { ok: true; value: AssignmentResult } | { ok: false; faults: AssignmentFault[]; faultCount: number };

/**
 * Sets owners by a file: all of it, or nothing and every row that is wrong. Nothing is written for what is so already, so
 * that a file may be sent again. A dry run says what would be done. The number of statements does not grow with the file.
 */
export async function assignOwners(
  ports: Ports,
  caller: Caller,
  body: AsyncIterable<Buffer>,
  { dryRun }: { dryRun: boolean },
): Promise<AssignmentOutcome> {
  const file = await readFile(body);
  if (!Buffer.isBuffer(file)) return refusedBy([file]);
  const reader = new AssignmentReader(await ports.catalog.now());
  try {
    for await (const rows of csvRows(chunksOf(file))) reader.take(rows);
  } catch (error) {
    if (error instanceof CsvFault) return refusedBy([wholeFile('CSV_INVALID', error.line, error.message)]);
    throw error;
  }
  if (reader.rows > ROWS_LIMIT) return refusedBy([tooMany()]);
  const sha256 = createHash('sha256').update(file).digest('hex');
  return ports.work.run(async (stores) => {
    await stores.ownership.lock();
    const parties = await stores.parties.parties();
    const ownerIds = ownersOf(reader.assignments, parties);
    const live = await liveRules(stores, reader.assignments);
    const standing = standingRows(reader.assignments, ownerIds, live);
    const faults = [...reader.faults, ...(await faultsInMaster(stores, reader, parties, standing))];
    if (faults.length > 0) return refusedBy(faults);
    const owned = reader.assignments.flatMap((each) => {
      const ownerId = ownerIds.get(each.owner);
      return ownerId === undefined || standing.has(each) ? [] : [{ ...each, ownerId }];
    });
    const plan = planAssignments(owned, live);
    if (!dryRun) await write(ports, stores, caller, plan, sha256);
    const { rows, blank: leftBlank } = reader;
    const counts = { unchanged: plan.unchanged + standing.size, set: plan.add.length, ended: plan.end.length };
    const warnings = await warningsOf(stores, plan, parties);
    return { ok: true, value: { dryRun, rows, leftBlank, ...counts, warnings } };
  });
}

/** The whole of a file, or why it is too much of one: judged before anything reads it, because reading is the work. */
async function readFile(body: AsyncIterable<Buffer>): Promise<Buffer | AssignmentFault> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > FILE_BYTES) return wholeFile('TOO_LONG', 1, 'a file of owners has at most 20 MiB');
      chunks.push(chunk);
    }
  } catch (error) {
    return wholeFile('CSV_INVALID', 1, error instanceof BodyFault ? error.message : 'the upload broke off');
  }
  const file = Buffer.concat(chunks);
  const ends = { lf: 0, cr: 0 };
  for (const byte of file) {
    if (byte === 0x0a) ends.lf += 1;
    else if (byte === 0x0d) ends.cr += 1;
  }
  return Math.max(ends.lf, ends.cr) > LINES_LIMIT ? tooMany() : file;
}

/** Read in pieces, between which others have their turn. */
async function* chunksOf(file: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    yield file.subarray(at, at + CHUNK_BYTES);
    await setImmediate();
  }
}

function tooMany(): AssignmentFault {
  return wholeFile('TOO_MANY', 1, `a file of owners has at most ${ROWS_LIMIT} rows`);
}

function wholeFile(code: AssignmentFault['code'], line: number, message: string): AssignmentFault {
  return { line, column: null, code, message, value: null };
}

function refusedBy(faults: readonly AssignmentFault[]): AssignmentOutcome {
  const told = faults.toSorted((a, b) => a.line - b.line).slice(0, FAULTS_TOLD);
  return { ok: false, faults: told, faultCount: faults.length };
}

/** Ids of owners, by the code as a row has it; nothing for codes that nobody has. */
function ownersOf(assignments: readonly Assignment[], parties: readonly Party[]): Map<string, string> {
  const byCode = new Map(parties.map(({ code, id }) => [code, id]));
  const codes = new Set(assignments.map(({ owner }) => owner));
  const known = [...codes].flatMap((code): [string, string][] => {
    const id = byCode.get(foldCode(code));
    return id === undefined ? [] : [[code, id]];
  });
  return new Map(known);
}

/**
 * What the rows get wrong about what there is: owners, SKUs, products, and each other. Two statements.
 * @param standing rows that ask for nothing new, and are wrong only beside a row that does.
 */
async function faultsInMaster(
  stores: Stores,
  reader: AssignmentReader,
  parties: readonly Party[],
  standing: ReadonlySet<Assignment>,
): Promise<AssignmentFault[]> {
  const byId = new Map(parties.map((party) => [party.id, party]));
  const byCode = new Map(parties.map((party) => [party.code, party]));
  const known = new Map<string, Problem | null>();
  const keysOf = (scope: 'SKU' | 'PRODUCT'): string[] => [
    ...new Set(reader.assignments.flatMap((each) => (each.scope === scope ? [each.key] : []))),
  ];
  const unknown = {
    SKU: new Set(await stores.ownership.unknown('SKU', keysOf('SKU'))),
    PRODUCT: new Set(await stores.ownership.unknown('PRODUCT', keysOf('PRODUCT'))),
  };
  const asking = reader.assignments.filter((each) => !standing.has(each));
  const faults = asking.flatMap((each) => {
    const { scope, key, match, owner, line } = each;
    if (!known.has(owner)) known.set(owner, ownerFault(owner, byId, byCode));
    const fault = known.get(owner);
    const missing = (scope === 'SKU' || scope === 'PRODUCT') && unknown[scope].has(key);
    const what = scope === 'SKU' ? 'SKU has the code' : 'product has the handle';
    return [
      ...(missing ? [reader.faultOf(line, problem('NOT_FOUND', `no ${what} ${match}`, ['match']), match)] : []),
      ...(fault ? [reader.faultOf(line, fault, owner)] : []),
    ];
  });
  const still = new Set([...standing].map(({ line }) => line));
  const shared = doubledLines(reader.assignments).filter(({ line, other }) => !still.has(line) || !still.has(other));
  const doubled = shared.map(({ line, other }) => {
    const message = `line ${other} names the same for a time that both share`;
    return reader.faultOf(line, problem('DUPLICATE_CHANGE', message, ['match']), null);
  });
  return [...faults, ...doubled];
}

/** Rules of the names in a file that are not over before the earliest row begins. */
async function liveRules(stores: Stores, assignments: readonly Assignment[]): Promise<OwnershipRule[]> {
  const names = new Map(assignments.map(({ scope, key }) => [`${scope} ${key}`, { scope, match: key }]));
  const [first] = assignments.map(({ effectiveFrom }) => effectiveFrom).toSorted((a, b) => Number(a) - Number(b));
  return first ? stores.ownership.liveRulesFor([...names.values()], first) : [];
}

async function write(
  ports: Ports,
  stores: Stores,
  { actor }: Caller,
  plan: AssignmentPlan,
  file: string,
): Promise<void> {
  const added = plan.add.map(({ scope, match, ownerId, effectiveFrom, effectiveTo }) => {
    return { id: ports.newId(), scope, match, ownerId, effectiveFrom, effectiveTo };
  });
  const ended = plan.end.length > 0 ? await stores.ownership.endRules(plan.end) : [];
  if (added.length > 0) await stores.ownership.addRules(added);
  await auditRules(stores, actor, 'OWNERSHIP_ASSIGNED', 'CSV', added, { file });
  await auditRules(stores, actor, 'OWNERSHIP_REPLACED', 'CSV', ended, { file });
}

/** One warning of a kind for each owner, however many rows name them. */
function warningsOf(stores: Stores, plan: AssignmentPlan, parties: readonly Party[]): Promise<Problem[]> {
  const byId = new Map(parties.map((party) => [party.id, party]));
  const owners = [...new Set(plan.add.map(({ ownerId }) => ownerId))].flatMap((id) => byId.get(id) ?? []);
  return ownerWarnings(stores, owners, byId);
}
