import { Module } from '@nestjs/common';
import { ApprovalsController } from './approvals.controller.js';
import { ErrorFilter } from './error.filter.js';
import { ExportsController } from './exports.controller.js';
import { GraphiqlController } from './graphiql.controller.js';
import { HealthController } from './health.controller.js';
import { ImportsController } from './imports.controller.js';
import { OnboardingController } from './onboarding.controller.js';
import { OwnershipController } from './ownership.controller.js';
import { QualityController } from './quality.controller.js';
import { ReportsController } from './reports.controller.js';
import { SourceOfTruthController } from './source-of-truth.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/**
 * HTTP beside GraphQL. Needs of the porch: the global providers Ports, Readiness, ReportRenderer and PRODUCTION; a raw
 * body parser on `/webhooks`; none on `/imports`, whose bodies are streamed.
 */
@Module({
  controllers: [
    ApprovalsController,
    ExportsController,
    GraphiqlController,
    HealthController,
    ImportsController,
    OnboardingController,
    OwnershipController,
    QualityController,
    ReportsController,
    SourceOfTruthController,
    WebhooksController,
  ],
  providers: [ErrorFilter],
})
export class HttpModule {}
