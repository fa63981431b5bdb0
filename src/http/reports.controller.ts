import { Controller, Get, Inject, Param, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { readDriftAudit } from '../application/audit/read-drift-audit.js';
import { Ports } from '../application/ports/ports.js';
import { ReportRenderer } from '../application/ports/report-renderer.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal } from './http-error.js';

/** The page holds values that other people typed: nothing in it may run, load, or be framed. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'; sandbox";

/** Reports to download. With the bearer header only: `skuward report` or curl fetches them. */
@Controller('reports')
@UseFilters(ErrorFilter)
export class ReportsController {
  readonly #ports: Ports;
  readonly #renderer: ReportRenderer;

  constructor(@Inject(Ports) ports: Ports, @Inject(ReportRenderer) renderer: ReportRenderer) {
    this.#ports = ports;
    this.#renderer = renderer;
  }

  /** `2026-Q4.html` or `2026-Q4.json`: the audit as it stands now, from the same rows that the API counts. */
  @Get('drift-audit/:file')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async driftAudit(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const [, quarter, format] = /^([^.]+)\.(html|json)$/.exec(file) ?? [];
    if (quarter === undefined) throw httpError(404, 'NOT_FOUND', 'a drift audit is QUARTER.html or QUARTER.json');
    const read = await readDriftAudit(this.#ports, quarter);
    if (!read.ok) throw refusal(read.problems);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (format === 'json') {
      response.type('json').send(this.#renderer.driftAuditJson(read.value));
      return;
    }
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    response.type('html').send(await this.#renderer.driftAuditHtml(read.value));
  }
}
