import { readFile } from 'node:fs/promises';
import { Controller, Get, NotFoundException, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Public } from '../access/roles.js';
import { ErrorFilter } from './error.filter.js';

/** Shipped beside the code, at the same depth from `src` and from `dist`. */
const RUNBOOK = new URL('../../docs/runbook.md', import.meta.url);

/** What every alert links to: what it means and what to do. Says nothing of this installation, so it needs no key. */
@Controller()
@UseFilters(ErrorFilter)
export class RunbookController {
  @Get('runbook.md')
  @Public()
  async show(@Res() response: Response): Promise<void> {
    const text = await readFile(RUNBOOK, 'utf8').catch(() => null);
    if (text === null) throw new NotFoundException('this installation came without its documents');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.type('text/markdown; charset=utf-8').send(text);
  }
}
