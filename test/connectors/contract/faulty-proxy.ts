import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What may befall one exchange. `lost`, `cut` and `page`: the system did what it was asked, and the answer breaks off before
 * its first byte, in its middle, or is a page of HTML under status 200. `down` and `gateway`: the system never heard of it.
 */
export type Trouble = 'lost' | 'cut' | 'page' | 'down' | 'gateway';

export interface Exchange {
  method: string;
  path: string;
  body: string;
}

/** Stands between a connector and any system, a real one too: passes on, counts, and makes the trouble that is asked for. */
export interface FaultyProxy {
  url: string;
  /** Befalls the next exchange of this kind. */
  strike(kind: 'read' | 'write', trouble: Trouble): void;
  /** Befalls every exchange until it is calm again: some clients ask a second time by themselves. */
  storm(trouble: Trouble): void;
  calm(): void;
  /** Resolves once the next exchange of which this holds is being passed on to the system. */
  whenSent(holds: (exchange: Exchange) => boolean): Promise<void>;
  /** Exchanges under way at once, at the most, since this was last set to 0. */
  mostAtOnce: number;
  /** Exchanges since this was last set to 0. */
  count: number;
  close(): Promise<void>;
}

const PAGE = '<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>';

export async function startFaultyProxy(target: string, isWrite: (exchange: Exchange) => boolean): Promise<FaultyProxy> {
  const strikes: { kind: 'read' | 'write'; trouble: Trouble }[] = [];
  const sent: { holds: (exchange: Exchange) => boolean; resolve: () => void }[] = [];
  let underWay = 0;
  let weather: Trouble | null = null;
  const proxy: FaultyProxy = {
    url: '',
    strike: (kind, trouble) => void strikes.push({ kind, trouble }),
    storm: (trouble) => void (weather = trouble),
    calm: () => void (weather = null),
    whenSent: (holds) => new Promise((resolve) => sent.push({ holds, resolve })),
    mostAtOnce: 0,
    count: 0,
    close: () => Promise.resolve(),
  };
  const server = createServer((incoming, answer) => {
    underWay += 1;
    proxy.count += 1;
    proxy.mostAtOnce = Math.max(proxy.mostAtOnce, underWay);
    answer.once('close', () => {
      underWay -= 1;
    });
    void bodyOf(incoming).then((body) => {
      const exchange = { method: incoming.method ?? '', path: incoming.url ?? '', body: body.toString('utf8') };
      const kind = isWrite(exchange) ? 'write' : 'read';
      const at = strikes.findIndex((each) => each.kind === kind);
      const [struck] = at < 0 ? [] : strikes.splice(at, 1);
      for (const each of sent.filter((one) => one.holds(exchange))) {
        sent.splice(sent.indexOf(each), 1);
        each.resolve();
      }
      return pass(target, incoming, body, answer, struck?.trouble ?? weather);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  proxy.url = `http://127.0.0.1:${address.port}`;
  proxy.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return proxy;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function pass(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
  trouble: Trouble | null,
): Promise<void> {
  if (trouble === 'down') {
    incoming.socket.resetAndDestroy();
    return;
  }
  if (trouble === 'gateway') {
    answer.writeHead(502, { 'Content-Type': 'text/html' }).end(PAGE);
    return;
  }
  try {
    const { status, headers, text } = await forwarded(target, incoming, body);
    if (trouble === 'lost') incoming.socket.resetAndDestroy();
    else if (trouble === 'page') answer.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
    else {
      answer.writeHead(status, { ...headers, 'content-length': text.length });
      if (trouble === 'cut') answer.write(text.subarray(0, text.length / 2), () => incoming.socket.destroy());
      else answer.end(text);
    }
  } catch {
    // The system itself broke off, or is not there: so does this.
    incoming.socket.destroy();
  }
}

async function forwarded(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; headers: IncomingMessage['headers']; text: Buffer }> {
  const { method, url, headers } = incoming;
  const { host: _host, 'transfer-encoding': _, connection: __, ...kept } = headers;
  const outgoing = send(`${target}${url}`, {
    method,
    headers: { ...kept, 'content-length': body.length },
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
  const text = await bodyOf(response);
  const { 'transfer-encoding': ___, connection: ____, ...passed } = response.headers;
  return { status: response.statusCode ?? 502, headers: passed, text };
}
