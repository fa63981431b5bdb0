import type { Caller } from '../../domain/actor.js';
import { BYTE_ORDER_MARK, csvLines } from '../csv-lines.js';
import type { ImportError } from '../ports/import-store.js';
import type { Ports } from '../ports/ports.js';
import { mayRead } from './read-import.js';

const HEADER = ['line', 'column', 'code', 'message', 'value', 'rejected'];
/** Errors read at a time at most. */
const PAGE = 1_000;

/**
 * All errors of an import as CSV, in the order of the file, in pieces as they are read; memory holds one piece. Of an
 * import that still runs, those that there are so far.
 * @returns null when there is no import of this id that the caller may see.
 */
export async function exportErrors(
  ports: Pick<Ports, 'imports'>,
  id: string,
  caller: Caller,
): Promise<AsyncGenerator<string> | null> {
  const job = await ports.imports.byId(id);
  return job && mayRead(caller, job.actor) ? pieces(ports, id) : null;
}

async function* pieces({ imports }: Pick<Ports, 'imports'>, id: string): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([HEADER]);
  // Errors are numbered without a gap, and none is ever taken back: the next page begins where this one ends.
  for (let after = 0; ;) {
    const errors = await imports.errors(id, after, PAGE);
    if (errors.length === 0) return;
    yield csvLines(errors.map(lineOf));
    after += errors.length;
  }
}

function lineOf({ line, column, code, message, value, rejected }: ImportError): string[] {
  return [String(line), column ?? '', code, message, value ?? '', String(rejected)];
}
