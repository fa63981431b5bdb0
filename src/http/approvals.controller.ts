import { Controller, Get, Inject, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { Roles } from '../access/roles.js';
import { policyInForce } from '../application/approvals/policy-in-force.js';
import { Ports } from '../application/ports/ports.js';
import { ReportRenderer } from '../application/ports/report-renderer.js';
import { ErrorFilter } from './error.filter.js';

/** The approval policy in force, as people read it. */
@Controller()
@UseFilters(ErrorFilter)
export class ApprovalsController {
  readonly #ports: Ports;
  readonly #renderer: ReportRenderer;

  constructor(@Inject(Ports) ports: Ports, @Inject(ReportRenderer) renderer: ReportRenderer) {
    this.#ports = ports;
    this.#renderer = renderer;
  }

  @Get('approvals.md')
  @Roles('VIEWER', 'INTEGRATION', 'MERCHANDISER', 'APPROVER', 'OPERATOR', 'ADMIN')
  async document(@Res() response: Response): Promise<void> {
    const policy = await policyInForce(this.#ports);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.type('text/markdown; charset=utf-8').send(this.#renderer.approvalPolicyMarkdown(policy));
  }
}
