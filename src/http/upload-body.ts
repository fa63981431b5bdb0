import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Request } from 'express';
import { BodyFault, UPLOAD_LIMIT } from '../application/imports/receive-import.js';
import { httpError } from './http-error.js';

/** Besides anything that is text: what `curl --data-binary` says unasked, and what Windows calls a CSV file. */
const TAKEN = [
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/csv',
  'application/vnd.ms-excel',
];
/** Names of UTF-8, and of ASCII, which is part of it. */
const UTF8 = ['utf-8', 'utf8', 'us-ascii', 'ascii'];
const HOW = 'send the file itself as the body, as text/csv (curl --data-binary @file.csv)';

/**
 * The file in an upload, decoded as it comes.
 * @throws 415 UNSUPPORTED_MEDIA_TYPE or UNSUPPORTED_ENCODING for a body that is no file in UTF-8, 413 TOO_LONG for one that says
 * itself that it is longer than an upload may be.
 */
export function uploadedFile(request: Request): AsyncIterable<Buffer> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== '' && !type.startsWith('text/') && !TAKEN.includes(type)) {
    throw httpError(415, 'UNSUPPORTED_MEDIA_TYPE', `a body of type ${type.slice(0, 60)} is not taken; ${HOW}`);
  }
  const charset = charsetOf(request.headers['content-type'] ?? '');
  if (charset !== null && !UTF8.includes(charset)) {
    const told = `text in ${charset.slice(0, 60)} is not taken; save the file as "CSV UTF-8", and send it as charset=utf-8`;
    throw httpError(415, 'UNSUPPORTED_MEDIA_TYPE', told);
  }
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) {
    const told = `the Content-Encoding ${encoding.slice(0, 60)} is not taken; gzip is, and none`;
    throw httpError(415, 'UNSUPPORTED_ENCODING', told);
  }
  if (Number(request.headers['content-length'] ?? 0) > UPLOAD_LIMIT) {
    throw httpError(413, 'TOO_LONG', 'an upload has at most 200 MiB');
  }
  // Left to itself, an iterator that is given up destroys the request, and with it the answer that says why.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  return encoding === 'identity' ? body : gunzipped(body);
}

/** The charset that a type names, in lower case; null where it names none. Quoted or not, as RFC 9110 (8.3.1) has it. */
function charsetOf(type: string): string | null {
  const [, ...parameters] = type.split(';').map((part) => part.trim());
  const [charset] = parameters.flatMap((each) => /^charset="?([^"]*)"?$/i.exec(each)?.[1] ?? []);
  return charset?.trim().toLowerCase() ?? null;
}

/** No more of it is unpacked than is asked for, so that a small body that unpacks to a huge one never fills the memory. */
async function* gunzipped(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const feeding = pipeline(body, gunzip);
  // Whatever it fails with is thrown by the loop below too.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw isDataError(error) ? new BodyFault('the body is not the gzip that its Content-Encoding says') : error;
  } finally {
    gunzip.destroy();
  }
}

function isDataError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'Z_DATA_ERROR';
}
