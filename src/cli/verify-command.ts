import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { exportPage } from '../application/audit/export-audit.js';
import { verifyAudit } from '../application/audit/verify-audit.js';
import { verifyExport } from '../application/audit/verify-export.js';
import type { Ports } from '../application/ports/ports.js';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';
import { count } from './cli-output.js';

const USAGE = 'skuward verify [--from SEQUENCE] [--export FILE | --file FILE] [--anchor SEQUENCE:HASH]';
const SEQUENCE = /^[1-9]\d{0,17}$/;
const ANCHOR = /^([1-9]\d{0,17}):([0-9a-f]{64})$/i;

/** The audit log of a database, opened for one command. */
export interface OpenedLog {
  ports: Pick<Ports, 'auditLog'>;
  close(): Promise<void>;
}

/** A sequence and the hash that somebody noted down for it. */
interface Anchor {
  sequence: bigint;
  hash: string;
}

interface VerifyArgs {
  from: bigint;
  file: string | null;
  exportFile: string | null;
  anchor: Anchor | null;
}

/**
 * Recomputes the hash chain of the audit log, of the database or of an export. 0: intact; 1: not.
 * @param openLog called only if the database is asked: an export is checked where there is none.
 */
export async function verifyCommand(args: string[], io: CliIo, openLog: () => Promise<OpenedLog>): Promise<number> {
  return exitCodeOf(io, async () => {
    const read = readArgs(args);
    if (read.file !== null) return verifyFile(read.file, read.anchor, io);
    const log = await openLog();
    try {
      return await verifyDatabase(log.ports, read, io);
    } finally {
      await log.close();
    }
  });
}

function readArgs(args: string[]): VerifyArgs {
  const text = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({ args, options: { from: text, file: text, export: text, anchor: text } }));
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { from = '1', file = null, export: exportFile = null, anchor } = values;
  if (!SEQUENCE.test(from)) throw new CliFault(`--from is a sequence, 1 or more\n${USAGE}`);
  if (file !== null && (exportFile !== null || from !== '1')) {
    throw new CliFault(`--file checks a whole file, without the database\n${USAGE}`);
  }
  return { from: BigInt(from), file, exportFile, anchor: anchor === undefined ? null : anchorOf(anchor) };
}

function anchorOf(text: string): Anchor {
  const [, sequence, hash] = ANCHOR.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) {
    throw new CliFault(`--anchor is a sequence and the hash that was noted for it, SEQUENCE:HASH\n${USAGE}`);
  }
  return { sequence: BigInt(sequence), hash: hash.toLowerCase() };
}

async function verifyDatabase(ports: Pick<Ports, 'auditLog'>, args: VerifyArgs, io: CliIo): Promise<number> {
  const { from, anchor, exportFile } = args;
  const limit = Number.MAX_SAFE_INTEGER;
  const result =
    exportFile === null
      ? await verifyAudit(ports, from, { limit })
      : await writing(exportFile, (write) =>
          verifyAudit(ports, from, { limit, onRecords: (before, found) => write(exportPage(before, found)) }),
        );
  if (!result.intact) {
    io.err(
      `skuward: the audit log is broken at sequence ${result.brokenAt}; events that fit: ${count(result.checked)}`,
    );
    return 1;
  }
  if (anchor && (await ports.auditLog.headAt(anchor.sequence))?.hash !== anchor.hash) return notAnchored(anchor, io);
  io.out(`intact: events checked: ${count(result.checked)}, head: ${result.head.sequence}:${result.head.hash}`);
  if (exportFile !== null) io.out(`${exportFile}: written, one event a line`);
  return 0;
}

async function verifyFile(file: string, anchor: Anchor | null, io: CliIo): Promise<number> {
  if (!(await stat(file).catch(() => null))?.isFile()) throw new CliFault(`there is no file ${file}`);
  const lines = linesOf(createReadStream(file, 'utf8'));
  let isAnchored = anchor === null;
  const { begin, checked, head, broken } = await verifyExport(lines, ({ sequence, hash }) => {
    isAnchored ||= anchor?.sequence === sequence && anchor.hash === hash;
  });
  if (broken) {
    io.err(`skuward: ${file} is broken at line ${broken.line}: ${broken.reason}; events that fit: ${count(checked)}`);
    return 1;
  }
  if (!begin) throw new CliFault(`${file} holds no event`);
  // The hash that an export of a part begins with may be the one that was noted.
  isAnchored ||= anchor?.sequence === begin.sequence && anchor.hash === begin.hash;
  if (anchor && !isAnchored) return notAnchored(anchor, io);
  io.out(`intact: events checked: ${count(checked)}, head: ${head.sequence}:${head.hash}`);
  if (begin.sequence > 0n) io.out(`the export begins after ${begin.sequence}:${begin.hash}, which it cannot prove`);
  return 0;
}

/** Not node's readline: to that, U+2028 inside a text ends a line, and canonical JSON has it unescaped. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function notAnchored({ sequence, hash }: Anchor, io: CliIo): number {
  io.err(
    `skuward: the chain fits in itself, but sequence ${sequence} does not bear ${hash}: it was rewritten, or cut off`,
  );
  return 1;
}

/** Writes lines to a file that bears its name only when all of it is there. */
async function writing<T extends { intact: boolean }>(
  file: string,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const draft = `${file}.part`;
  const handle = await open(draft, 'w', 0o600).catch((error: unknown) => {
    throw new CliFault(`${draft} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
  try {
    const result = await work((text) => handle.writeFile(text));
    await handle.sync();
    await handle.close();
    if (result.intact) await rename(draft, file);
    else await rm(draft);
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}
