import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { BOOTSTRAP_KEY, METRICS_TOKEN, PRODUCTION, PUBLIC_URL } from './access/tokens.js';
import { Metrics } from './application/ports/meter.js';
import { Ports } from './application/ports/ports.js';
import { Readiness } from './application/ports/readiness.js';
import { ReportRenderer } from './application/ports/report-renderer.js';
import { GraphqlApiModule } from './graphql/graphql.module.js';
import { HttpModule } from './http/http.module.js';
import { ServiceMetrics } from './porch/metrics/service-metrics.js';
import { BoundReportRenderer } from './porch/report-renderer.js';

export interface AppParts {
  ports: Ports;
  readiness: Readiness;
  /** Left out: what this process counts is shown, and nothing of the database. */
  metrics?: Metrics;
  bootstrapKey: string | null;
  /** What opens /metrics to other machines; null: nothing does. */
  metricsToken?: string | null;
  publicUrl: string;
  production: boolean;
}

/** What is built outside Nest, for every module to be given. */
@Global()
@Module({})
export class PortsModule {
  static with(parts: AppParts): DynamicModule {
    const providers = [
      { provide: Ports, useValue: parts.ports },
      { provide: Readiness, useValue: parts.readiness },
      { provide: Metrics, useValue: parts.metrics ?? new ServiceMetrics(parts.ports.log) },
      { provide: METRICS_TOKEN, useValue: parts.metricsToken ?? null },
      { provide: ReportRenderer, useValue: new BoundReportRenderer() },
      { provide: BOOTSTRAP_KEY, useValue: parts.bootstrapKey },
      { provide: PUBLIC_URL, useValue: parts.publicUrl },
      { provide: PRODUCTION, useValue: parts.production },
    ];
    return { module: PortsModule, providers, exports: providers };
  }
}

@Module({})
export class AppModule {
  static with(parts: AppParts): DynamicModule {
    return { module: AppModule, imports: [PortsModule.with(parts), AccessModule, GraphqlApiModule, HttpModule] };
  }
}
