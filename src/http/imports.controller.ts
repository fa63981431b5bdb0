import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentCaller, Roles } from '../access/roles.js';
import { importTemplate } from '../application/imports/import-template.js';
import type { ImportView } from '../application/imports/read-import.js';
import { readImport } from '../application/imports/read-import.js';
import type { ImportRequest } from '../application/imports/receive-import.js';
import { receiveImport } from '../application/imports/receive-import.js';
import { Ports } from '../application/ports/ports.js';
import type { Caller } from '../domain/actor.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal } from './http-error.js';

/** Uploads of files, and how far they have been taken (design section 6). */
@Controller('imports')
@UseFilters(ErrorFilter)
export class ImportsController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  /** Answers once the whole body is stored durably; the rows are taken afterwards, by a worker. */
  @Post()
  @HttpCode(202)
  @Roles('MERCHANDISER')
  async upload(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @CurrentCaller() caller: Caller,
  ): Promise<ImportView> {
    const asked = uploadOf(request.query);
    if (asked.mode === 'baseline' && !caller.roles.includes('ADMIN')) {
      throw httpError(
        403,
        'FORBIDDEN',
        'A baseline needs the role ADMIN; mode=propose makes a change request instead.',
      );
    }
    // Left to itself, an iterator that is given up destroys the request, and with it the answer that says why.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    const received = await receiveImport(this.#ports, caller, asked, body);
    if (!received.ok) {
      // The rest of the body is not read, so the connection is of no more use.
      response.setHeader('Connection', 'close');
      throw refusal(received.problems);
    }
    response.setHeader('Location', `/imports/${received.value.id}`);
    return this.view(received.value.id, caller);
  }

  @Get('templates/:file')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async template(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const format = /^(.+)\.csv$/.exec(file)?.[1] ?? '';
    const csv = await importTemplate(this.#ports, format);
    if (csv === null) throw httpError(404, 'NOT_FOUND', 'there is a template of sku-csv');
    response.setHeader('Content-Type', 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${format}.csv"`);
    response.send(csv);
  }

  @Get(':id')
  @Roles('MERCHANDISER')
  async byId(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ImportView> {
    return this.view(id, caller);
  }

  private async view(id: string, caller: Caller): Promise<ImportView> {
    const view = await readImport(this.#ports, id, caller);
    if (!view) throw httpError(404, 'NOT_FOUND', 'there is no import of this id');
    return view;
  }
}

const PARAMETERS = ['format', 'mode', 'title', 'reason', 'draft', 'dryRun'];

/** What an upload asks for. A parameter that is none is refused: a misspelt `draft` would submit what was to wait. */
function uploadOf(query: Request['query']): ImportRequest {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    const told = `there is no parameter "${unknown.slice(0, 40)}"; there are ${PARAMETERS.join(', ')}`;
    throw httpError(400, 'INVALID_FORMAT', told);
  }
  const { format, mode, title, reason, draft, dryRun } = query;
  return {
    format: textOf(format),
    mode: textOf(mode),
    title: textOf(title),
    reason: textOf(reason),
    draft: flagOf('draft', draft),
    dryRun: flagOf('dryRun', dryRun),
  };
}

function flagOf(name: string, value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw httpError(400, 'INVALID_FORMAT', `${name} is true or false`);
}

/** A query parameter; empty when it is missing or given twice, which names no format and no mode. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
