import { Module } from '@nestjs/common';
import { ApprovalsController } from './approvals.controller.js';
import { ErrorFilter } from './error.filter.js';
import { ExportsController } from './exports.controller.js';
import { GraphiqlController } from './graphiql.controller.js';
import { HealthController } from './health.controller.js';
import { ImportsController } from './imports.controller.js';
import { MetricsController } from './metrics.controller.js';
import { OnboardingController } from './onboarding.controller.js';
import { OwnershipController } from './ownership.controller.js';
import { QualityController } from './quality.controller.js';
import { ReportsController } from './reports.controller.js';
import { SourceOfTruthController } from './source-of-truth.controller.js';
import { RunbookController } from './runbook.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/**
 * HTTP beside GraphQL. Needs of the porch: the global providers Ports, Readiness, Metrics, METRICS_TOKEN, ReportRenderer and PRODUCTION; a raw
 * body parser on `/webhooks`; none on `/imports`, whose bodies are streamed.
 */
@Module({
  controllers: [
    ApprovalsController,
    ExportsController,
    GraphiqlController,
    HealthController,
    ImportsController,
    MetricsController,
    OnboardingController,
    OwnershipController,
    QualityController,
    ReportsController,
    SourceOfTruthController,
    RunbookController,
    WebhooksController,
  ],
  providers: [ErrorFilter],
})
export class HttpModule {}
