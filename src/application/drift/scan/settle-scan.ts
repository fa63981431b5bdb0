import { readable } from '../../../domain/drift/readable.js';
import { sameJson } from '../../../domain/primitives/json.js';
import type { RootRef } from '../../../domain/publishing/system.js';
import type { PlaceInScan, StagedRecord } from '../../ports/scan-store.js';
import type { Observation, ObservationCounts } from '../observe-roots.js';
import { observe, observeRoots, readingOf } from '../observe-roots.js';
import type { ScanJob } from './scan-job.js';
import { goesOn } from './scan-job.js';

/** Records judged in one go, and roots read again at once. */
const PAGE = 500;
const ROOTS = 100;
/** How often a record that a delivery is at work on is looked at again, and how long we wait in between. */
const BUSY_ROUNDS = 20;
const BUSY_MS = 500;

/** What was staged is judged against what is so now: as it was seen, or as it is by now where that would open a finding. */
export async function judgeStaged(job: ScanJob): Promise<void> {
  const { ports, run } = job;
  for (let page = await ports.scans.staged(run.id, PAGE); page.length > 0;) {
    goesOn(job);
    // Of one reading each: a scan that was resumed has read twice.
    const [readAt = null] = page.map((each) => each.readAt);
    const alike = page.filter((each) => Number(each.readAt) === Number(readAt));
    await judgeAsSeen(
      job,
      alike.filter(({ opens }) => !opens),
      readAt,
    );
    const opening = alike.filter(({ opens }) => opens);
    for (let from = 0; from < opening.length; from += ROOTS) await judgeAsIs(job, opening.slice(from, from + ROOTS));
    await ports.scans.unstage(run, alike);
    page = await ports.scans.staged(run.id, PAGE);
  }
}

async function judgeAsSeen(job: ScanJob, staged: readonly StagedRecord[], readAt: Date | null): Promise<void> {
  if (staged.length === 0) return;
  const { ports } = job;
  const records = staged.flatMap(({ observed }) => observed ?? []);
  const look = { records, goneRoots: [], readAt: readAt ?? (await ports.observations.now()) };
  await judge(job, look, staged, staged.length);
}

/**
 * A scan is no snapshot: its rows are read over minutes while people edit. So a finding is opened by a read by id alone, and
 * whoever undid an edit meanwhile is told of nothing. What has moved since is not judged in its piece: that is told anew.
 */
async function judgeAsIs(job: ScanJob, staged: readonly StagedRecord[]): Promise<void> {
  goesOn(job);
  const look = await readingOf(job.ports, job.system, rootsOf(staged));
  const now = new Map(look.records.map((each) => [`${each.entity}:${each.externalId}`, readable(each).fields]));
  const unmoved = staged.filter(({ entity, externalId, observed }) =>
    sameJson(now.get(`${entity}:${externalId}`) ?? null, observed?.fields ?? null),
  );
  await judge(job, { ...look, wholeRoots: true }, unmoved, staged.length);
}

/** @param inPieces those of the records that are judged as their pieces had them. @param moving how many were staged of what is judged. */
async function judge(
  job: ScanJob,
  look: Observation,
  inPieces: readonly StagedRecord[],
  moving: number,
): Promise<void> {
  const { ports, run, system } = job;
  const mark = { hold: run, basis: '', pieces: [], pieceOf: pieceOfEach(inPieces) };
  const compared = comparedBehind(job, moving);
  await count(job, await observe(ports, system, 'FULL_SCAN', look, { mark, ...(compared !== null && { compared }) }));
}

/**
 * Of how many linked records these are what moves, so that a page of nothing but an owner's new values does not look like a
 * system of nothing but those: as large a share of all records as they are of all that is staged.
 */
function comparedBehind({ run }: ScanJob, records: number): number | null {
  if (run.linked === null || run.staged === null || run.staged === 0) return null;
  return Math.max(records, Math.round((records * run.linked) / run.staged));
}

/** A person let a held scan go on: what it had staged is read again by id, and judged as it is now. Nothing heals by itself. */
export async function judgeConfirmed(job: ScanJob): Promise<void> {
  const { ports, run, system } = job;
  const mark = { hold: run, basis: '', pieces: [], pieceOf: new Map<string, string>() };
  for (let page = await ports.scans.staged(run.id, ROOTS); page.length > 0;) {
    goesOn(job);
    const roots = rootsOf(page);
    await count(job, await observeRoots(ports, system, roots, 'FULL_SCAN', { mark, wholeRoots: true, flagOnly: true }));
    await ports.scans.unstage(run, page);
    page = await ports.scans.staged(run.id, ROOTS);
  }
}

function rootsOf(records: readonly StagedRecord[]): RootRef[] {
  return [...new Map(records.map(({ root }) => [root.externalId, root])).values()];
}

/**
 * Verdicts that were put off while a delivery was at work. A record that is at work all the time goes into the inbox, where
 * it waits for its turn without holding the scan up.
 */
export async function judgePostponed(job: ScanJob, flagOnly = false): Promise<void> {
  const { ports, run, system } = job;
  const source = run.mode === 'FULL' ? 'FULL_SCAN' : 'INCREMENTAL_SCAN';
  for (let roots = await ports.scans.postponed(run.id, ROOTS); roots.length > 0;) {
    let isBusy = true;
    for (let round = 0; isBusy && round < BUSY_ROUNDS; round += 1) {
      goesOn(job);
      if (round > 0) await ports.clock.wait(BUSY_MS);
      const counts = await observeRoots(ports, system, roots, source, { flagOnly });
      await count(job, counts);
      isBusy = counts.busy > 0;
    }
    const ids = roots.map(({ externalId }) => externalId);
    await ports.scans.pursued(run, ids, isBusy ? ids : []);
    roots = await ports.scans.postponed(run.id, ROOTS);
  }
}

/** Records that waited for a first match are paired, and compared for the first time. */
export async function pairWaiting(job: ScanJob): Promise<void> {
  const { ports, run, system } = job;
  await ports.scans.pair(run);
  let after: PlaceInScan | null = null;
  for (;;) {
    goesOn(job);
    const { records: page, next }: Awaited<ReturnType<typeof ports.scans.paired>> = await ports.scans.paired(
      run.id,
      after,
      PAGE,
    );
    const [first] = page;
    if (first) {
      const records = page.map(({ observed }) => observed);
      const mark = { hold: run, basis: '', pieces: [], pieceOf: pieceOfEach(page) };
      const look = { records, goneRoots: [], readAt: first.readAt };
      await count(job, await observe(ports, system, 'FULL_SCAN', look, { mark }));
      await ports.scans.pairedJudged(run, page);
    }
    if (next === null) return;
    after = next;
  }
}

/** The piece of each, by `entity:externalId`. */
function pieceOfEach(records: readonly Omit<StagedRecord, 'opens'>[]): Map<string, string> {
  return new Map(
    records.flatMap(({ entity, externalId, pieceId }): [string, string][] =>
      pieceId === null ? [] : [[`${entity}:${externalId}`, pieceId]],
    ),
  );
}

/** Records that the scan did not see are read again by id: a scan is no snapshot, and only a strong read says what is gone. */
export async function confirmUnseen(job: ScanJob): Promise<void> {
  const { ports, run, system } = job;
  const mark = { hold: run, basis: '', pieces: [], pieceOf: new Map<string, string>() };
  let after: string | null = null;
  for (;;) {
    goesOn(job);
    const unseen = await ports.scans.unseen(run.id, after, ROOTS);
    if (unseen.length === 0) return;
    const roots = [...new Map(unseen.map(({ root }) => [root.externalId, root])).values()];
    await count(job, await observeRoots(ports, system, roots, 'FULL_SCAN', { mark, wholeRoots: true }));
    if (unseen.length < ROOTS) return;
    after = unseen.at(-1)?.recordId ?? null;
  }
}

async function count({ ports, run }: ScanJob, counts: ObservationCounts): Promise<void> {
  const { opened, closed, compared: skusCompared, notCovered } = counts;
  await ports.scans.scanProgress(run.id, { skusCompared, opened, closed, notCovered });
}
