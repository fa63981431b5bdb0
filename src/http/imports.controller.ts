import type { HttpException } from '@nestjs/common';
import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CurrentCaller, Roles } from '../access/roles.js';
import { exportErrors } from '../application/imports/export-errors.js';
import { formatsWithTemplate, importTemplate } from '../application/imports/import-template.js';
import type { ImportList } from '../application/imports/list-imports.js';
import { listImports } from '../application/imports/list-imports.js';
import type { ImportView } from '../application/imports/read-import.js';
import { readImport } from '../application/imports/read-import.js';
import type { ImportRequest } from '../application/imports/receive-import.js';
import { receiveImport } from '../application/imports/receive-import.js';
import { Ports } from '../application/ports/ports.js';
import type { Caller } from '../domain/actor.js';
import { ErrorFilter } from './error.filter.js';
import { httpError, refusal } from './http-error.js';
import { sendCsv } from './send-csv.js';
import { uploadedFile } from './upload-body.js';

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
    const received = await receiveImport(this.#ports, caller, asked, uploadedFile(request));
    if (!received.ok) {
      // The rest of the body is not read, so the connection is of no more use.
      response.setHeader('Connection', 'close');
      throw refusal(received.problems);
    }
    response.setHeader('Location', `/imports/${received.value.id}`);
    return this.view(received.value.id, caller);
  }

  /** Those of the caller, newest first; without their errors. */
  @Get()
  @Roles('MERCHANDISER')
  async list(@Req() { query }: Request, @CurrentCaller() caller: Caller): Promise<ImportList> {
    known(query, PAGE_PARAMETERS);
    const page = { first: onceOf('first', query.first), after: onceOf('after', query.after) };
    const list = await listImports(this.#ports, caller, page);
    if (!list.ok) throw refusal(list.problems);
    return list.value;
  }

  @Get('templates/:file')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async template(@Param('file') file: string, @Res() response: Response): Promise<void> {
    const format = /^(.+)\.csv$/.exec(file)?.[1] ?? '';
    const csv = await importTemplate(this.#ports, format);
    if (csv === null) {
      const there = formatsWithTemplate().map((each) => `${each}.csv`);
      throw httpError(404, 'NOT_FOUND', `there is no such template; there are ${there.join(', ')}`);
    }
    response.setHeader('Content-Type', 'text/csv; charset=utf-8');
    response.setHeader('Content-Disposition', `attachment; filename="${format}.csv"`);
    response.send(csv);
  }

  @Get(':id')
  @Roles('MERCHANDISER')
  async byId(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ImportView> {
    return this.view(id, caller);
  }

  @Get(':id/errors.csv')
  @Roles('MERCHANDISER')
  async errors(@Param('id') id: string, @CurrentCaller() caller: Caller, @Res() response: Response): Promise<void> {
    const pieces = await exportErrors(this.#ports, id, caller);
    if (!pieces) throw notFound();
    await sendCsv(response, `import-${id}-errors.csv`, pieces);
  }

  private async view(id: string, caller: Caller): Promise<ImportView> {
    const view = await readImport(this.#ports, id, caller);
    if (!view) throw notFound();
    return view;
  }
}

const UPLOAD_PARAMETERS = ['format', 'mode', 'title', 'reason', 'draft', 'dryRun'];
const PAGE_PARAMETERS = ['first', 'after'];

function notFound(): HttpException {
  return httpError(404, 'NOT_FOUND', 'there is no import of this id');
}

/** A parameter that is none is refused: a misspelt `draft` would submit what was to wait. */
function known(query: Request['query'], parameters: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !parameters.includes(name));
  if (unknown === undefined) return;
  const told = `there is no parameter "${unknown.slice(0, 40)}"; there are ${parameters.join(', ')}`;
  throw httpError(400, 'INVALID_FORMAT', told);
}

/** A query parameter that may be left out; given twice, it says nothing. */
function onceOf(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  throw httpError(400, 'INVALID_FORMAT', `${name} is one text`);
}

/** What an upload asks for. */
function uploadOf(query: Request['query']): ImportRequest {
  known(query, UPLOAD_PARAMETERS);
  const { format, mode, title, reason, draft, dryRun } = query;
  return {
    format: onceOf('format', format) ?? '',
    mode: onceOf('mode', mode) ?? '',
    title: onceOf('title', title),
    reason: onceOf('reason', reason),
    draft: flagOf('draft', draft),
    dryRun: flagOf('dryRun', dryRun),
  };
}

function flagOf(name: string, value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw httpError(400, 'INVALID_FORMAT', `${name} is true or false`);
}
