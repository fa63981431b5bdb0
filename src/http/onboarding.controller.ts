import { Controller, Get, Inject, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { exportMatch } from '../application/onboarding/export-match.js';
import { Ports } from '../application/ports/ports.js';
import { ErrorFilter } from './error.filter.js';
import { httpError } from './http-error.js';
import { sendCsv } from './send-csv.js';

/** What an operator takes along to the people who know the catalogue. */
@Controller('onboarding')
@UseFilters(ErrorFilter)
export class OnboardingController {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  /** The whole onboarding match (docs/onboarding.md). 409 before any system has been scanned to its end. */
  @Get('match.csv')
  @Roles('OPERATOR', 'ADMIN')
  async match(@Res() response: Response): Promise<void> {
    const file = await exportMatch(this.#ports);
    if (!file.ok) {
      const [told] = file.problems;
      throw httpError(409, told?.code ?? 'WRONG_STATE', told?.message ?? 'there is no match yet');
    }
    await sendCsv(response, 'match.csv', file.value);
  }
}
