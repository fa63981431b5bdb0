import { Controller, Get, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { exportSkus } from '../application/catalog/export-skus.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal } from './http-error.js';
import { sendCsv } from './send-csv.js';

const PARAMETERS = ['states', 'vendor', 'productType', 'search', 'columns'] as const;

/** The catalogue as files that spreadsheets open and imports take again. */
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
    const asked = readQuery(query);
    const pieces = await exportSkus(this.#ports, asked);
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'skus.csv', pieces.value);
  }
}

/** Each parameter once and known: a misspelt filter would hand out everything. */
function readQuery(query: Record<string, unknown>): Record<(typeof PARAMETERS)[number], string | null> {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.some((known) => known === name));
  if (unknown !== undefined) {
    const told = `there is no parameter "${unknown.slice(0, 40)}"; there are ${PARAMETERS.join(', ')}`;
    throw httpError(400, 'INVALID_FORMAT', told);
  }
  const text = (name: (typeof PARAMETERS)[number]): string | null => {
    const value = query[name];
    if (value === undefined || value === '') return null;
    // PostgreSQL takes no NUL, and nothing is called so.
    if (typeof value === 'string' && !value.includes('\0')) return value;
    throw httpError(400, 'INVALID_FORMAT', `${name} is one text`);
  };
  return {
    states: text('states'),
    vendor: text('vendor'),
    productType: text('productType'),
    search: text('search'),
    columns: text('columns'),
  };
}
