import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Canned {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Instead of an answer: break the connection off, at once or in the middle of the body, or never answer. */
  instead?: 'reset' | 'truncate' | 'hang';
}

export interface CannedServer {
  url: string;
  /** What was asked, in order. */
  requests: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  /** The answers to come, in order; the last one is repeated. */
  script: Canned[];
  close(): Promise<void>;
}

/** A server on loopback that answers what a test wrote down for it: for what no stand-in can be made to say. */
export async function startCannedServer(script: Canned[]): Promise<CannedServer> {
  const requests: CannedServer['requests'] = [];
  const answers: CannedServer = { url: '', requests, script, close: async () => undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const canned = answers.script.length > 1 ? answers.script.shift() : answers.script[0];
      requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(canned ?? {}, request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  answers.url = `http://127.0.0.1:${address.port}`;
  answers.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return answers;
}

function answer(canned: Canned, request: IncomingMessage, response: ServerResponse): void {
  const { status = 200, headers = {}, body = '{}', instead } = canned;
  if (instead === 'hang') return;
  if (instead === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  if (instead === 'truncate') {
    response.write(body.slice(0, body.length / 2));
    setTimeout(() => request.socket.destroy(), 20);
    return;
  }
  response.end(body);
}
