import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportList } from '../../src/application/imports/list-imports.js';
import type { ImportSummary } from '../../src/application/imports/read-import.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld } from '../support/http-world.js';
import { until } from '../support/world.js';

const PATH = '/imports?format=shopify-csv&mode=baseline&dryRun=true';
const MIB = 1024 * 1024;
const CSV = Buffer.from(
  'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n' +
    'cup,Cup,Title,Default Title,CUP,1,active\n',
);
/** Rows that nobody reads: the upload is refused before. */
const PIECE = Buffer.alloc(MIB, 'a,b,c,d,e,f,g\n');

let http: HttpWorld;
beforeAll(async () => {
  http = await buildHttpWorld();
});
afterAll(async () => {
  await http.close();
});

interface Answer {
  status: number;
  code: string | null;
  message: string;
  id: string | null;
}

function* times(count: number, piece: Buffer): Generator<Buffer> {
  for (let sent = 0; sent < count; sent += 1) yield piece;
}

/** Uploads no faster than it is taken, as any client does, and stops once there is an answer. */
async function send(pieces: Iterable<Buffer>, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const authorization = `Bearer ${http.keys.alex}`;
  const request = httpRequest(`${http.url}${PATH}`, { method: 'POST', headers: { authorization, ...headers } });
  let isAnswered = false;
  const answer = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      isAnswered = true;
      const told = async (): Promise<Answer> => {
        const body = JSON.parse(await textOf(response));
        const { code = null, message = '' } = body.error ?? {};
        return { status: response.statusCode ?? 0, code, message, id: body.id ?? null };
      };
      told().then(resolve, reject);
    });
  });
  for (const piece of pieces) {
    if (isAnswered) break;
    if (!request.write(piece)) await Promise.race([once(request, 'drain'), answer]);
  }
  if (isAnswered) request.destroy();
  else request.end();
  return answer;
}

async function latest(): Promise<ImportSummary | null> {
  const headers = { authorization: `Bearer ${http.keys.alex}` };
  const list = (await (await fetch(`${http.url}/imports?first=1`, { headers })).json()) as ImportList;
  return list.items[0] ?? null;
}

async function ended(id: string | null): Promise<ImportSummary> {
  return until('the import to end', async () => {
    const last = await latest();
    return last?.id === id && last.state !== 'RUNNING' ? last : null;
  });
}

/** Bytes of uploads that are kept. */
async function kept(): Promise<number> {
  const [row] = await sqlOver(http.world.database.source).rows<{ n: number }>(
    'select coalesce(sum(length(bytes)), 0)::int as n from import_chunk',
  );
  return row?.n ?? -1;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Growth from which on it is asked whether anybody holds it: to collect what nobody does takes a while, each time. */
const SUSPICIOUS = 60 * MIB;

/** How much more memory than before `work` was ever held while it went on, in bytes; what nobody holds any more does not count. */
async function growthDuring(work: () => Promise<void>): Promise<number> {
  const used = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  collect();
  const before = used();
  let most = 0;
  const timer = setInterval(() => {
    if (used() - before > SUSPICIOUS) collect();
    most = Math.max(most, used() - before);
  }, 20);
  await work().finally(() => clearInterval(timer));
  return most;
}

/** Sends these bytes over a connection of its own, which is then closed or left open; answers what came back. */
async function raw(head: string, body: Buffer, isClosed: boolean): Promise<string> {
  const { hostname, port } = new URL(http.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.alex}\r\n${head}\r\n\r\n`);
  socket.write(body);
  if (isClosed) socket.end();
  return textOf(socket);
}

describe('an upload that is too long', () => {
  it('is refused as it comes in, in flat memory, and nothing of it is kept', async () => {
    const growth = await growthDuring(async () => {
      expect(await send(times(300, PIECE))).toMatchObject({ status: 413, code: 'TOO_LONG' });
    });
    expect(growth).toBeLessThan(120 * MIB);
    expect(await latest()).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^TOO_LONG: /), rowsRead: 0 });
    expect(await kept()).toBe(0);
  }, 120_000);

  it('is refused unread where it says so itself', async () => {
    const before = await latest();
    const answer = await send(times(300, PIECE), { 'content-length': 300 * MIB });
    expect(answer).toMatchObject({ status: 413, code: 'TOO_LONG' });
    expect(await latest()).toEqual(before);
  });

  it('is so by what it unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * MIB, 'a,b,c,d,e,f,g\n'));
    expect(bomb.length).toBeLessThan(MIB);
    const growth = await growthDuring(async () => {
      expect(await send([bomb], { 'content-encoding': 'gzip' })).toMatchObject({ status: 413, code: 'TOO_LONG' });
    });
    expect(growth).toBeLessThan(120 * MIB);
    expect(await kept()).toBe(0);
  }, 120_000);
});

describe('an upload that breaks off', () => {
  const broken = { state: 'FAILED', error: 'CSV_INVALID: the upload broke off; nothing was taken', rowsRead: 0 };

  it.each([
    [
      'in the middle',
      'Transfer-Encoding: chunked',
      Buffer.concat([Buffer.from('100000\r\n'), PIECE, Buffer.from('\r\n5\r\na,b')]),
    ],
    ['before the length that it has promised', `Content-Length: ${CSV.length + 1}`, CSV],
  ])('%s is FAILED, and nothing of it is kept', async (_, head, body) => {
    const before = await latest();
    await raw(head, body, true);
    const last = await until('the import to end', async () => {
      const each = await latest();
      return each && each.id !== before?.id && each.state !== 'RUNNING' ? each : null;
    });
    expect(last).toMatchObject(broken);
    expect(await kept()).toBe(0);
  });

  it('is taken up to the length that it has promised, and what comes behind is no request', async () => {
    const before = await latest();
    const more = Buffer.from('jug,Jug,Title,Default Title,JUG,1,active\n');
    // All at once: whether the answer to the first part still comes out, is a race; what is taken is not.
    expect(await raw(`Content-Length: ${CSV.length}`, Buffer.concat([CSV, more]), false)).toContain('HTTP/1.1 400 ');
    const last = await until('the import to end', async () => {
      const each = await latest();
      return each && each.id !== before?.id && each.state !== 'RUNNING' ? each : null;
    });
    expect(last.rowsRead).toBeLessThanOrEqual(1);
    expect(await kept()).toBe(0);
  });

  it('is told from a body that is not what its encoding says', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    expect(await send([gzipSync(CSV).subarray(0, -9)], gzip)).toMatchObject({ status: 400, code: 'CSV_INVALID' });
    expect(await latest()).toMatchObject({ state: 'FAILED' });
    const answer = await send([CSV], gzip);
    expect(answer).toMatchObject({ status: 400, code: 'CSV_INVALID' });
    expect(answer.message).toMatch(/not the gzip/);
    expect(await kept()).toBe(0);
  });
});

describe('the body of an upload', () => {
  it.each<[string, OutgoingHttpHeaders]>([
    ['no type', {}],
    ['text/csv', { 'content-type': 'text/csv; charset=utf-8' }],
    ['text in quotes', { 'content-type': 'text/csv; charset="UTF-8"' }],
    ['ASCII, which is UTF-8 too', { 'content-type': 'text/plain;charset=us-ascii' }],
    ['bytes', { 'content-type': 'application/octet-stream' }],
    ['what curl says unasked', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('is taken as %s, as it is or packed by gzip', async (_, headers) => {
    const plain = await send([CSV], headers);
    expect(plain.status).toBe(202);
    expect(await ended(plain.id)).toMatchObject({ state: 'SUCCEEDED', rowsRead: 1, skusCreated: 1 });
    const packed = await send([gzipSync(CSV)], { ...headers, 'content-encoding': 'GZIP' });
    expect(await ended(packed.id)).toMatchObject({ state: 'SUCCEEDED', rowsRead: 1, skusCreated: 1 });
  });

  it.each<[OutgoingHttpHeaders, string, RegExp]>([
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 'UNSUPPORTED_MEDIA_TYPE', /--data-binary/],
    [{ 'content-type': 'application/json' }, 'UNSUPPORTED_MEDIA_TYPE', /--data-binary/],
    [{ 'content-type': 'image/png' }, 'UNSUPPORTED_MEDIA_TYPE', /image\/png/],
    [{ 'content-type': 'text/csv; charset=utf-16' }, 'UNSUPPORTED_MEDIA_TYPE', /utf-16 .*CSV UTF-8/],
    [{ 'content-type': 'text/csv; header=present; Charset="ISO-8859-1"' }, 'UNSUPPORTED_MEDIA_TYPE', /iso-8859-1/],
    [{ 'content-encoding': 'br' }, 'UNSUPPORTED_ENCODING', /gzip is/],
    [{ 'content-encoding': 'gzip, gzip' }, 'UNSUPPORTED_ENCODING', /gzip, gzip/],
  ])('is refused with %j, before anything is kept', async (headers, code, told) => {
    const before = await latest();
    expect(await send([CSV], headers)).toMatchObject({ status: 415, code, message: expect.stringMatching(told) });
    expect(await latest()).toEqual(before);
  });

  it('that is another file FAILS, and says what it seems to be', async () => {
    const { id } = await send([Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml')]);
    expect((await ended(id)).error).toMatch(/^CSV_INVALID: line 1: .*Excel workbook.*save it as "CSV UTF-8"/);
  });
});
