import { Controller, ForbiddenException, Get, Inject, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { mayReadMetrics } from '../access/metrics-access.js';
import { Public } from '../access/roles.js';
import { METRICS_TOKEN } from '../access/tokens.js';
import { Metrics } from '../application/ports/meter.js';
import { ErrorFilter } from './error.filter.js';

/** What Prometheus scrapes. No API key opens it: a scraper is no caller, and has a token of its own. */
@Controller('metrics')
@UseFilters(ErrorFilter)
export class MetricsController {
  readonly #metrics: Metrics;
  readonly #token: string | null;

  constructor(@Inject(Metrics) metrics: Metrics, @Inject(METRICS_TOKEN) token: string | null) {
    this.#metrics = metrics;
    this.#token = token;
  }

  @Get()
  @Public()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { headers, socket } = request;
    const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    const scraper = { remoteAddress: socket.remoteAddress, authorization: headers.authorization, isForwarded };
    if (!mayReadMetrics(scraper, this.#token)) {
      const how =
        this.#token === null
          ? 'from this machine only; METRICS_TOKEN opens it to others'
          : 'with METRICS_TOKEN as a bearer token';
      throw new ForbiddenException(`/metrics is read ${how}.`);
    }
    const { contentType, text } = await this.#metrics.render();
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', contentType);
    // Not `send`, which would put the parameters of the type into an order of its own.
    response.end(text);
  }
}
