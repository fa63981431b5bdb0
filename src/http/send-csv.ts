import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/**
 * Sends a file as it is made, no faster than it is taken. What fails before the first piece is answered as an error;
 * what fails later cuts the connection, so that half a file never passes for a whole one.
 */
export async function sendCsv(response: Response, name: string, pieces: AsyncGenerator<string>): Promise<void> {
  const first = await pieces.next();
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const all = async function* (): AsyncGenerator<string> {
    if (!first.done) yield first.value;
    yield* pieces;
  };
  try {
    await pipeline(Readable.from(all()), response);
  } catch (error) {
    // Whoever asked went away, which is theirs to decide.
    if (!isPrematureClose(error)) throw error;
  } finally {
    // A stream that is given up before it was read from closes nothing by itself.
    await pieces.return(undefined);
  }
}

function isPrematureClose(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
