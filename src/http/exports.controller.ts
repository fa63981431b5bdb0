import { Controller, Get, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { exportBundles } from '../application/catalog/export-bundles.js';
import { exportSkus } from '../application/catalog/export-skus.js';
import { exportViolations } from '../application/naming/export-violations.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { refusal } from './http-error.js';
import { queryTexts } from './query-texts.js';
import { sendCsv } from './send-csv.js';

/** What a list is narrowed down by. */
const FILTER = ['states', 'vendor', 'productType', 'search'] as const;

/** The catalogue as files that spreadsheets open and imports take again, and what is wrong with its codes. */
@Controller('exports')
@UseFilters(ErrorFilter)
export class ExportsController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Get('skus.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async skus(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    const pieces = await exportSkus(this.#ports, queryTexts(query, [...FILTER, 'columns']));
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'skus.csv', pieces.value);
  }

  @Get('bundles.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async bundles(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    const pieces = exportBundles(this.#ports, queryTexts(query, FILTER));
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'bundles.csv', pieces.value);
  }

  @Get('naming-violations.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async violations(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    const pieces = await exportViolations(this.#ports, queryTexts(query, ['policy']).policy);
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'naming-violations.csv', pieces.value);
  }
}
