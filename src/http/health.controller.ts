import { Controller, Get, Inject, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Public } from '../access/roles.js';
import { Readiness } from '../application/ports/readiness.js';
import { ErrorFilter } from './error.filter.js';

/** What orchestrators and load balancers ask, without a key. Says how parts stand, never what is in them. */
@Controller('health')
@UseFilters(ErrorFilter)
export class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The process runs: restarting it would help nothing else. */
  @Get('live')
  @Public()
  live(): { status: string } {
    return { status: 'up' };
  }

  /** The process can do its work: 200, or 503 with what is missing. */
  @Get('ready')
  @Public()
  async ready(
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ status: string; parts: Record<string, string> }> {
    const { ready, parts } = await this.#readiness.check();
    if (!ready) response.status(503);
    return { status: ready ? 'ready' : 'not ready', parts };
  }
}
