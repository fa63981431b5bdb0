import type { Caller } from '../../domain/actor.js';
import { IMPORT_FORMATS } from '../../domain/imports/import-formats.js';
import { textFault, titleFault } from '../../domain/catalog/read-sku-fields.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import { accepted, problem, refused } from '../../domain/problem.js';
import { IMPORT_MODES, isImportMode } from './import-modes.js';
import type { ProposalWish } from '../ports/import-proposals.js';
import type { Ports } from '../ports/ports.js';

/** What an upload may hold at most, in bytes: about a million variants. */
export const UPLOAD_LIMIT = 200 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

export interface ImportRequest {
  format: string;
  mode: string;
  /** Of a proposal: title and reason of the request, and whether it is kept as a draft instead of submitted. */
  title?: string | null;
  reason?: string | null;
  draft?: boolean;
  dryRun?: boolean;
}

/** What of the request names no format and no mode, all of it. */
function faultsOf({ format, mode }: ImportRequest): Problem[] {
  const problems: Problem[] = [];
  if (!IMPORT_FORMATS.includes(format)) problems.push(unknown('format', IMPORT_FORMATS, format));
  if (!isImportMode(mode)) problems.push(unknown('mode', IMPORT_MODES, mode));
  return problems;
}

function unknown(parameter: string, known: readonly string[], value: string): Problem {
  return problem('INVALID_FORMAT', `${parameter} is ${known.join(' or ')}, not "${value.slice(0, 40)}"`, [parameter]);
}

function wishOf({ format, title, reason, draft = false }: ImportRequest): ProposalWish {
  return { title: title?.trim() || `Import of ${format}`, reason: reason?.trim() || null, draft };
}

/** What only a proposal has. Above all, nobody who asked for a draft may find it in the master. */
function strayWishes({ title, reason, draft = false }: ImportRequest): Problem[] {
  const asked = { title: Boolean(title), reason: Boolean(reason), draft };
  return Object.entries(asked).flatMap(([name, isAsked]) =>
    isAsked ? [problem('INVALID_FORMAT', `${name} is of a proposal; a baseline has none`, [name])] : [],
  );
}

function wishFaults({ title, reason }: ProposalWish, caller: Caller): Problem[] {
  const problems: Problem[] = [];
  if (caller.actor.partyId === null) {
    problems.push(problem('PARTY_REQUIRED', 'this key belongs to no party, so nobody would answer for the request'));
  }
  const unfit = titleFault(title);
  if (unfit) problems.push(problem(unfit.code, unfit.message, ['title']));
  const wordy = reason === null ? null : textFault(reason);
  if (wordy) problems.push(problem(wordy.code, wordy.message, ['reason']));
  return problems;
}

/** A body that is not what it was said to be; its message is for the uploader. */
export class BodyFault extends Error {
  override readonly name = 'BodyFault';
}

/**
 * Stores an upload as it streams in and hands it to a worker once it is complete; memory holds one chunk.
 * An upload that breaks off or is longer than 200 MiB ends as FAILED, and nothing of it is taken.
 * @returns the import's id, or why there is none: INVALID_FORMAT, TOO_LONG, PARTY_REQUIRED (nobody would answer for the
 * proposal), CSV_INVALID (broken off, or not what it was said to be).
 */
export async function receiveImport(
  ports: Ports,
  caller: Caller,
  request: ImportRequest,
  body: AsyncIterable<Buffer>,
): Promise<Outcome<{ id: string }>> {
  const { format, mode } = request;
  if (!IMPORT_FORMATS.includes(format) || !isImportMode(mode)) return refused(...faultsOf(request));
  const wish = mode === 'propose' ? wishOf(request) : null;
  const unfit = wish ? wishFaults(wish, caller) : [];
  if (!wish) unfit.push(...strayWishes(request));
  if (unfit.length > 0) return refused(...unfit);
  const id = ports.newId();
  const { dryRun = false } = request;
  await ports.imports.begin({ id, format, mode, dryRun, actor: caller.actor, request: wish });
  let bytes = 0;
  let position = 0;
  try {
    for await (const chunk of inChunks(body)) {
      bytes += chunk.length;
      if (bytes > UPLOAD_LIMIT) {
        await ports.imports.abandon(id, 'TOO_LONG: an upload has at most 200 MiB; nothing was taken');
        return refused(problem('TOO_LONG', 'an upload has at most 200 MiB', null));
      }
      await ports.imports.addChunk(id, position, chunk);
      position += 1;
    }
  } catch (error) {
    ports.log('warn', 'an upload broke off', { import: id, bytes, error: String(error) });
    const told = `${error instanceof BodyFault ? error.message : 'the upload broke off'}; nothing was taken`;
    await ports.imports.abandon(id, `CSV_INVALID: ${told}`);
    return refused(problem('CSV_INVALID', told, null));
  }
  await ports.imports.received(id, bytes);
  return accepted({ id });
}

/** The same bytes in pieces of 256 KiB, whatever sizes the network delivers. */
async function* inChunks(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    held.push(part);
    size += part.length;
    if (size < CHUNK_BYTES) continue;
    let all: Buffer = Buffer.concat(held);
    for (; all.length >= CHUNK_BYTES; all = all.subarray(CHUNK_BYTES)) yield all.subarray(0, CHUNK_BYTES);
    held = [all];
    size = all.length;
  }
  if (size > 0) yield Buffer.concat(held);
}
