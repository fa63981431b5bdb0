import { Controller, HttpCode, Inject, Param, Post, Req, UseFilters } from '@nestjs/common';
import type { Request } from 'express';
import { Public } from '../access/roles.js';
import type { WebhookReception } from '../application/drift/receive-webhook.js';
import { receiveWebhook } from '../application/drift/receive-webhook.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { httpError } from './http-error.js';

const REFUSED = {
  UNKNOWN_SYSTEM: [404, 'NOT_FOUND', 'there is no such system, or it sends no webhooks'],
  NOT_AUTHENTIC: [401, 'UNAUTHENTICATED', 'the signature does not fit the body'],
  MALFORMED: [400, 'INVALID_FORMAT', 'the body is not what its topic promises'],
} as const satisfies Partial<Record<WebhookReception, readonly [number, string, string]>>;

/** Where systems tell us to look again. Signed over the raw body, so it is public and no parser may touch it. */
@Controller('webhooks')
@UseFilters(ErrorFilter)
export class WebhooksController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  /** Answers 200 only after the webhook is stored durably: a sender that hears anything else sends it again. */
  @Post('shopify/:system')
  @HttpCode(200)
  @Public()
  async receive(@Param('system') system: string, @Req() request: Request): Promise<{ received: boolean }> {
    const body: unknown = request.body;
    const rawBody = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const reception = await receiveWebhook(this.#ports, { system, headers: headersOf(request), rawBody });
    if (reception === 'STORED' || reception === 'IGNORED') return { received: true };
    const [status, code, message] = REFUSED[reception];
    throw httpError(status, code, message);
  }
}

/** Node gives a header that was sent twice as a list; a signature or a topic that is sent twice is the first one. */
function headersOf(request: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}
