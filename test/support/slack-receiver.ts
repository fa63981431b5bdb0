import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the receiver answers one call; `hang`: it takes the message and never answers. */
export type Answer = { status: number; body: string; headers?: Record<string, string> } | 'hang' | 'reset';

export interface Received {
  text: string;
  blocks: { type: string; text?: { text: string }; elements?: { text: string }[] }[];
}

export const OK: Answer = { status: 200, body: 'ok' };

/** What stands in for Slack: an HTTP server that takes incoming webhooks and answers what it is told. */
export class SlackReceiver {
  readonly received: Received[] = [];
  /** Answers of the next calls, one each; afterwards it is `ok`. */
  answers: Answer[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void this.take(request, response);
    });
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.received.push(JSON.parse(await bodyOf(request)) as Received);
    const answer = this.answers.shift() ?? OK;
    if (answer === 'hang') return;
    if (answer === 'reset') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  static async start(): Promise<SlackReceiver> {
    const receiver = new SlackReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** With a secret in it, as Slack's own have one. */
  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/services/T000/B000/verysecretpath`;
  }

  /** Everything that a message shows, in one text. */
  shown(index = -1): string {
    const message = this.received.at(index);
    const parts = message?.blocks.flatMap(({ text, elements }) => [
      text?.text,
      ...(elements ?? []).map((each) => each.text),
    ]);
    return (parts ?? []).join('\n');
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
