import { readable } from '../../../domain/drift/readable.js';
import type { ObservedRecord } from '../../../domain/publishing/system.js';
import type { ScanPiece } from '../../ports/connector.js';
import type { SeenPiece } from '../../ports/scan-store.js';
import { mapInTurns } from '../../ports/turns.js';
import { observe } from '../observe-roots.js';
import { basisOf } from './scan-basis.js';
import type { ScanJob } from './scan-job.js';
import { goesOn } from './scan-job.js';
import { piecesOf } from './scan-pieces.js';

/** Records that are judged in one transaction, about; a piece is never divided. */
const RECORDS_A_BATCH = 500;
/** Pieces told unchanged that are put on record in one statement. */
const PIECES_A_BATCH = 500;

/**
 * Reads a whole system. What is told just as it was settled before is not looked into; the rest is judged at once where that
 * moves nothing, and staged where it does. Whatever has been judged is not judged again when the scan is resumed.
 */
export async function readSystem(job: ScanJob): Promise<void> {
  const { ports, run, system } = job;
  await beginChanges(job);
  const { rules } = await ports.truth.acting();
  const basis = basisOf(system, rules, ports.masterCurrency);
  const { settled, done } = await ports.scans.knownPieces(run, basis);
  let readAt = run.operation === null || run.readAt === null ? await ports.observations.now() : run.readAt;
  const work = {
    operation: run.operation,
    signal: job.signal,
    begun: async (operation: string) => {
      readAt = await ports.observations.now();
      await ports.scans.scanBegan(run, operation, readAt);
    },
  };
  const unchanged = new UnchangedPieces(job);
  const judging = new Judging(job, basis);
  let batch: ScanPiece[] = [];
  let records = 0;
  try {
    for await (const pieces of piecesOf(ports.connectors.of(system.code, 'SCAN'), work)) {
      goesOn(job);
      for (const piece of pieces) {
        if (done.has(piece.fingerprint)) continue;
        if (settled.has(piece.fingerprint)) {
          await unchanged.add(piece);
          continue;
        }
        batch.push(piece);
        records += piece.count;
        if (records < RECORDS_A_BATCH) continue;
        await judging.add(batch, readAt);
        batch = [];
        records = 0;
      }
    }
    if (batch.length > 0) await judging.add(batch, readAt);
    await unchanged.flush();
  } finally {
    await judging.end();
  }
}

/** From here on incremental scans can tell what changes, that which changes while this one reads included. */
async function beginChanges({ ports, run, system, signal }: ScanJob): Promise<void> {
  const connector = ports.connectors.of(system.code, 'SCAN');
  if (!connector.changesSince || (await ports.scans.cursor(system.code)) !== null) return;
  let cursor: string | null = null;
  for await (const page of connector.changesSince(null, signal)) cursor = page.cursor;
  if (cursor !== null) await ports.scans.moveCursor(run, cursor);
}

/** Pieces that were looked into, with their ids by fingerprint. */
interface Seen {
  pieces: readonly SeenPiece[];
  ids: ReadonlyMap<string, string>;
  readAt: Date;
}

/** Judges one batch while the next one is read and put on record: the database and this process work side by side. */
class Judging {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly job: ScanJob,
    private readonly basis: string,
  ) {}

  /** Once the batch before it has been judged. @throws what went wrong with that one. */
  async add(batch: readonly ScanPiece[], readAt: Date): Promise<void> {
    const pieces = await mapInTurns(batch, ({ fingerprint, records }): SeenPiece => ({
      fingerprint,
      records: records().map(readable),
    }));
    const ids = await this.job.ports.scans.scanSaw(this.job.run, pieces);
    await this.last;
    this.last = judgePieces(this.job, this.basis, { pieces, ids, readAt });
    // Whoever waits for it is told; until then nobody does.
    this.last.catch(() => {});
  }

  /** Nothing of it is under way any more. @throws what went wrong with the last batch. */
  end(): Promise<void> {
    return this.last;
  }
}

async function judgePieces(job: ScanJob, basis: string, { pieces, ids, readAt }: Seen): Promise<void> {
  const { ports, run, system } = job;
  const pieceOf = new Map<string, string>();
  for (const { fingerprint, records } of pieces) {
    for (const each of records) pieceOf.set(keyOf(each), ids.get(fingerprint) ?? '');
  }
  const mark = { hold: run, basis, pieces: [...ids.values()], pieceOf };
  const records = pieces.flatMap((piece) => piece.records);
  const observation = { records, goneRoots: [], readAt };
  const counts = await observe(ports, system, 'FULL_SCAN', observation, { mark, stage: true });
  await ports.scans.scanProgress(run.id, {
    recordsRead: records.length,
    skusCompared: counts.compared,
    opened: counts.opened,
    closed: counts.closed,
    notCovered: counts.notCovered,
  });
}

function keyOf({ entity, externalId }: ObservedRecord): string {
  return `${entity}:${externalId}`;
}

/** Pieces that need no second look, put on record many at a time. */
class UnchangedPieces {
  private fingerprints: string[] = [];
  private records = 0;

  constructor(private readonly job: ScanJob) {}

  async add({ fingerprint, count }: ScanPiece): Promise<void> {
    this.fingerprints.push(fingerprint);
    this.records += count;
    if (this.fingerprints.length >= PIECES_A_BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.fingerprints.length === 0) return;
    const { ports, run } = this.job;
    await ports.scans.piecesUnchanged(run, this.fingerprints);
    const [recordsRead, unchanged] = [this.records, this.records];
    await ports.scans.scanProgress(run.id, { recordsRead, unchanged });
    this.fingerprints = [];
    this.records = 0;
  }
}
