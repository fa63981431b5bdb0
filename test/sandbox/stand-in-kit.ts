import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, control, eventually, textAt } from './sandbox-client.js';

export const SUBSCRIBE = `mutation S($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) { webhookSubscription { id } userErrors { message } } }`;

export const STAFF = { kind: 'staff', name: 'Maya' };

export interface Received {
  topic: string;
  headers: IncomingHttpHeaders;
  raw: string;
}

/** Where webhooks arrive; `refuse` answers that many with 500 first. */
export interface Receiver {
  uri: string;
  received: Received[];
  refuse(times: number): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let refusals = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        topic: String(request.headers['x-shopify-topic']),
        headers: request.headers,
        raw: Buffer.concat(chunks).toString('utf8'),
      });
      response.statusCode = refusals > 0 ? 500 : 200;
      refusals -= 1;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    uri: `http://127.0.0.1:${port}/hooks`,
    received,
    refuse: (times) => {
      refusals = times;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Time goes by: what falls due within it has been done when this answers. */
export function skip(sandbox: Sandbox, skipSeconds: number): Promise<unknown> {
  return control(sandbox.shopify.url, 'POST', 'clock', { skipSeconds });
}

/** Runs a bulk query until it is over, whatever its end; the operation. */
export async function bulkQuery(sandbox: Sandbox, query: string): Promise<unknown> {
  const started = await admin(
    sandbox,
    `mutation B($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
      bulkOperation { id } userErrors { field message code } } }`,
    { query },
  );
  return bulkEnd(sandbox, textAt(started, 'data.bulkOperationRunQuery.bulkOperation.id'));
}

export function bulkEnd(sandbox: Sandbox, id: string): Promise<unknown> {
  return eventually(async () => {
    const operation = at(await admin(sandbox, BULK_STATUS, { id }), 'data.bulkOperation');
    const isOver = ['COMPLETED', 'FAILED', 'CANCELED'].includes(String(at(operation, 'status')));
    return isOver ? operation : null;
  });
}

export const BULK_STATUS = `query($id: ID!) { bulkOperation(id: $id) { id type status errorCode createdAt completedAt
  objectCount rootObjectCount fileSize url partialDataUrl } }`;

/** The parsed lines of a result file. */
export async function linesOf(url: string): Promise<Record<string, unknown>[]> {
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row: Record<string, unknown> = JSON.parse(line);
      return row;
    });
}
