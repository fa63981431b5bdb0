import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isPlainObject, parseJson } from './plain-object.js';

/** How much longer than it says a connection is kept for whoever is late. */
const STANDSTILL_MS = 60_000;
const BODY_LIMIT_BYTES = 256 * 1024 * 1024;

/** What a stand-in answers; `json`, `text` and `stream` exclude each other. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  /** Sent as it comes, without a length. */
  stream?: Readable;
  /** Only half of the body is sent before the connection is cut, though the head promises all of it. */
  isCut?: boolean;
}

export interface Request {
  method: string;
  /** Without the query string, percent-encoding kept: codes are decoded by who splits the path. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** `hang` answers never; `reset` cuts the connection without a byte. */
export type Handler = (request: Request) => Promise<Answer | 'hang' | 'reset'>;

/** What a caller of the control side did wrong: 400, 404 or 409 with a sentence. */
export class ControlRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface LoopbackServer {
  url: string;
  close(): Promise<void>;
}

/** Serves on 127.0.0.1 only. `port` 0 takes any free one. An error that a handler throws is answered as 500 with its message. */
export async function listenOnLoopback(port: number, handler: Handler): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    serve(request, response, handler).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) write(response, { status: 500, json: { errors: `sandbox fault: ${message}` } });
      else response.destroy();
    });
  });
  // On a machine that stood still for some seconds, a caller's next request must not meet a connection that was just closed.
  server.keepAliveTimeoutBuffer = STANDSTILL_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => closeServer(server) };
}

async function serve(request: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value[0] : value;
  const body = await readBody(request);
  const answer = await handler({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
  });
  if (answer === 'reset') request.socket.destroy();
  else if (answer === 'hang') return;
  else if (answer.stream) await stream(response, answer, answer.stream);
  else write(response, answer);
}

/** A reader who goes away in the middle is a normal end. */
async function stream(response: ServerResponse, answer: Answer, source: Readable): Promise<void> {
  response.writeHead(answer.status, { 'content-type': 'application/jsonl', ...answer.headers });
  try {
    await pipeline(source, response);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
  }
}

function write(response: ServerResponse, answer: Answer): void {
  const isJson = answer.json !== undefined;
  const body = Buffer.from(isJson ? JSON.stringify(answer.json) : (answer.text ?? ''));
  const type = isJson ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  response.writeHead(answer.status, { 'content-type': type, 'content-length': String(body.length), ...answer.headers });
  if (answer.isCut) response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  else response.end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new Error(`body is larger than ${BODY_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Requests that hang on purpose would keep the server open for ever, so connections are cut. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** The body as a JSON object; an empty body is an empty object. */
export function jsonObject(body: Buffer): Record<string, unknown> {
  const text = body.toString('utf8');
  const value = text.trim() === '' ? {} : parseJson(text);
  if (isPlainObject(value)) return value;
  throw new ControlRefusal(400, 'body must be a JSON object');
}
