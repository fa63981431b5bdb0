import { Controller, Get, Inject, Query, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { exportIssues } from '../application/quality/export-issues.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal } from './http-error.js';
import { sendCsv } from './send-csv.js';

const PARAMETERS = ['field', 'code', 'sku', 'product', 'owner', 'resolved'] as const;
type Parameter = (typeof PARAMETERS)[number];

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
    const pieces = exportIssues(this.#ports, readQuery(query));
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'quality-issues.csv', pieces.value);
  }
}

/** Each parameter once and known: a misspelt filter would hand out everything. */
function readQuery(query: Record<string, unknown>): Record<Parameter, string | null> {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.some((known) => known === name));
  if (unknown !== undefined) {
    const told = `there is no parameter "${unknown.slice(0, 40)}"; there are ${PARAMETERS.join(', ')}`;
    throw httpError(400, 'INVALID_FORMAT', told);
  }
  const text = (name: Parameter): string | null => {
    const value = query[name];
    if (value === undefined || value === '') return null;
    // PostgreSQL takes no NUL, and nothing is called so.
    if (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) return value;
    throw httpError(400, 'INVALID_FORMAT', `${name} is one text`);
  };
  return {
    field: text('field'),
    code: text('code'),
    sku: text('sku'),
    product: text('product'),
    owner: text('owner'),
    resolved: text('resolved'),
  };
}
