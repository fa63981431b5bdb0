import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliFault } from './cli-io.js';

/**
 * Writes what a service answers to a file, which is there only once it is whole.
 * @returns the bytes written. @throws CliFault where it cannot be written, or the answer breaks off.
 */
export async function saveStream(body: ReadableStream<Uint8Array>, file: string): Promise<number> {
  const partial = `${file}.partial`;
  let bytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.fromWeb(body), counted, createWriteStream(partial));
    await rename(partial, file);
    return bytes;
  } catch (error) {
    await rm(partial, { force: true });
    throw new CliFault(`${file} was not written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
