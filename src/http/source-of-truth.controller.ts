import { Controller, Get, Inject, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { Ports } from '../application/ports/ports.js';
import { ReportRenderer } from '../application/ports/report-renderer.js';
import { readSourceOfTruth } from '../application/truth/read-source-of-truth.js';
import { ErrorFilter } from './error.filter.js';
import { httpError } from './http-error.js';

/** The source-of-truth matrix in force, as people read it. */
@Controller()
@UseFilters(ErrorFilter)
export class SourceOfTruthController {
  readonly #ports: Ports;
  readonly #renderer: ReportRenderer;

  constructor(@Inject(Ports) ports: Ports, @Inject(ReportRenderer) renderer: ReportRenderer) {
    this.#ports = ports;
    this.#renderer = renderer;
  }

  @Get('source-of-truth.md')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async document(@Res() response: Response): Promise<void> {
    const read = await readSourceOfTruth(this.#ports, null);
    if (!read) throw httpError(404, 'NOT_FOUND', 'there is no matrix');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.type('text/markdown; charset=utf-8').send(this.#renderer.sourceOfTruthMarkdown(read.policy, read.at));
  }
}
