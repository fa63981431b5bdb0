import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentCaller, Roles } from '../access/roles.js';
import type { AssignmentResult } from '../application/ownership/assign-owners.js';
import { assignOwners } from '../application/ownership/assign-owners.js';
import { exportOwners, exportRules } from '../application/ownership/export-owners.js';
import { Ports } from '../application/ports/ports.js';
import type { Caller } from '../domain/actor.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal, refusedRows } from './http-error.js';
import { queryTexts } from './query-texts.js';
import { sendCsv } from './send-csv.js';
import { uploadedFile } from './upload-body.js';

/** Who owns what, as files that spreadsheets open and this service takes again. */
@Controller()
@UseFilters(ErrorFilter)
export class OwnershipController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  /** Sets owners by a CSV file, all of it or nothing; `dryRun=true` only says what would be done. */
  @Post('ownership/assignments')
  @HttpCode(200)
  @Roles('ADMIN')
  async assign(
    @Req() request: Request,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
  ): Promise<AssignmentResult> {
    const { dryRun } = queryTexts(query, ['dryRun']);
    if (dryRun !== null && dryRun !== 'true' && dryRun !== 'false') {
      throw httpError(400, 'INVALID_FORMAT', 'dryRun is true or false');
    }
    const outcome = await assignOwners(this.#ports, caller, uploadedFile(request), { dryRun: dryRun === 'true' });
    if (outcome.ok) return outcome.value;
    // The rest of a body that was given up is not read, so the connection is of no more use.
    if (!request.readableEnded) response.setHeader('Connection', 'close');
    throw refusedRows(outcome.faults, outcome.faultCount);
  }

  @Get('exports/owners.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async owners(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    const { owner, orphaned } = queryTexts(query, ['owner', 'orphaned']);
    const pieces = await exportOwners(this.#ports, { owner, orphaned });
    if (!pieces.ok) throw refusal(pieces.problems);
    await sendCsv(response, 'owners.csv', pieces.value);
  }

  @Get('exports/ownership-rules.csv')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async rules(@Query() query: Record<string, unknown>, @Res() response: Response): Promise<void> {
    queryTexts(query, []);
    await sendCsv(response, 'ownership-rules.csv', exportRules(this.#ports));
  }
}
