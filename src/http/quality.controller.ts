import { Controller, Get, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { exportIssues } from '../application/quality/export-issues.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { refusal } from './http-error.js';
import { queryTexts } from './query-texts.js';
import { sendCsv } from './send-csv.js';

const PARAMETERS = ['field', 'code', 'sku', 'product', 'owner', 'resolved'] as const;

/** What has to be put right in the catalogue, as a file for the people who can. */
@Controller('exports')
@UseFilters(ErrorFilter)
export class QualityController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Get('quality-issues.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async issues(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    const pieces = exportIssues(this.#ports, queryTexts(query, PARAMETERS));
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'quality-issues.csv', pieces.value);
  }
}
