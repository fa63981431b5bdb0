import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { AccessModule } from '../../src/access/access.module.js';
import { BOOTSTRAP_KEY, METRICS_TOKEN, PRODUCTION } from '../../src/access/tokens.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { Metrics } from '../../src/application/ports/meter.js';
import { Ports } from '../../src/application/ports/ports.js';
import type { ReadinessReport } from '../../src/application/ports/readiness.js';
import { Readiness } from '../../src/application/ports/readiness.js';
import { ReportRenderer } from '../../src/application/ports/report-renderer.js';
import { HttpModule } from '../../src/http/http.module.js';
import { ServiceMetrics } from '../../src/porch/metrics/service-metrics.js';
import { BoundReportRenderer } from '../../src/porch/report-renderer.js';
import type { World } from './world.js';
import { buildWorld, HOST, must } from './world.js';

@Module({})
class GivenModule {}

@Module({})
class RootModule {}

/** An ADMIN that belongs to no party. */
export const KEY = 'a-bootstrap-key-of-more-than-32-characters';

export class SwitchedReadiness extends Readiness {
  ready = true;

  check(): Promise<ReadinessReport> {
    return Promise.resolve({ ready: this.ready, parts: { database: this.ready ? 'up' : 'down' } });
  }
}

/** A world with its HTTP room on a port, and keys of people. */
export interface HttpWorld {
  world: World;
  url: string;
  readiness: SwitchedReadiness;
  /** `mia` is a MERCHANDISER and `alex` an ADMIN with parties; `viewer` only reads, and `stray` belongs to no party. */
  keys: Record<'mia' | 'alex' | 'viewer' | 'stray', string>;
  close(): Promise<void>;
}

export async function buildHttpWorld(): Promise<HttpWorld> {
  const world = await buildWorld({ worker: true });
  const readiness = new SwitchedReadiness();
  const providers = [
    { provide: Ports, useValue: world.ports },
    { provide: Readiness, useValue: readiness },
    { provide: Metrics, useValue: new ServiceMetrics(world.ports.log) },
    { provide: METRICS_TOKEN, useValue: null },
    { provide: ReportRenderer, useClass: BoundReportRenderer },
    { provide: BOOTSTRAP_KEY, useValue: KEY },
    { provide: PRODUCTION, useValue: true },
  ];
  // The room's own module under the porch's: the same providers, made global.
  const given = { module: GivenModule, global: true, providers, exports: providers };
  const root = { module: RootModule, imports: [given, AccessModule, HttpModule] };
  const app = await NestFactory.create<NestExpressApplication>(root, { bodyParser: false, logger: false });
  app.use('/webhooks', express.raw({ type: () => true, limit: '5mb' }));
  await app.listen(0, '127.0.0.1');
  const key = async (name: string, party: string | null, role: 'MERCHANDISER' | 'ADMIN' | 'VIEWER'): Promise<string> =>
    must(await createApiKey(world.ports, HOST, { name, party, roles: [role], expiresAt: null })).secret;
  const keys = {
    mia: await key('mia', 'mia', 'MERCHANDISER'),
    alex: await key('alex', 'alex', 'ADMIN'),
    viewer: await key('viewer', null, 'VIEWER'),
    stray: await key('stray', null, 'MERCHANDISER'),
  };
  const close = async (): Promise<void> => {
    await app.close();
    await world.close();
  };
  return { world, url: await app.getUrl(), readiness, keys, close };
}
