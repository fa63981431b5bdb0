import { Inject } from '@nestjs/common';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import { absoluteUrl, PUBLIC_URL } from '../../access/tokens.js';
import { readDriftAudit, readUnresolvedDrift } from '../../application/audit/read-drift-audit.js';
import type { FindingView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { DriftAudit, DriftAuditFormat } from '../../domain/audit/drift-audit.js';
import { driftAuditPath } from '../../domain/audit/drift-audit.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { DriftFindingConnectionType, DriftFindingType } from '../operations/drift-finding-type.js';
import { present } from '../operations/operations-payloads.js';
import { PageArgs, pageOf } from '../page-args.js';
import { QuarterScalar } from '../scalars/calendar.js';
import { valueOf } from '../user-errors.js';
import { DriftAuditReportType, ReportFormatEnum } from './drift-audit-type.js';

@Resolver(() => DriftAuditReportType)
export class DriftAuditResolver {
  readonly #ports: Ports;
  readonly #publicUrl: string;

  constructor(@Inject(Ports) ports: Ports, @Inject(PUBLIC_URL) publicUrl: string) {
    this.#ports = ports;
    this.#publicUrl = publicUrl;
  }

  @Roles(...ROLES)
  @Query(() => DriftAuditReportType)
  async driftAuditReport(@Args('quarter', { type: () => QuarterScalar }) quarter: string): Promise<DriftAudit> {
    return valueOf(await readDriftAudit(this.#ports, quarter));
  }

  @ResolveField('id', () => ID)
  id(@Parent() audit: DriftAudit): string {
    return nodeId('DriftAuditReport', audit.quarter);
  }

  @ResolveField('recurring', () => [DriftFindingType])
  async recurring(@Parent() audit: DriftAudit, @Context('loaders') loaders: Loaders): Promise<FindingView[]> {
    return present(await loaders.finding.loadMany(audit.recurring.map(({ id }) => id)));
  }

  @ResolveField('unresolved', () => DriftFindingConnectionType)
  async unresolved(
    @Parent() audit: DriftAudit,
    @Args(inputPipe) args: PageArgs,
    @Context('loaders') loaders: Loaders,
  ): Promise<Connection<FindingView>> {
    const page = valueOf(await readUnresolvedDrift(this.#ports, audit.quarter, pageOf(args)));
    const findings = await loaders.finding.loadMany(page.items.map(({ node }) => node));
    const items = page.items.flatMap(({ cursor }, index) =>
      present([findings[index] ?? null]).map((node) => ({ cursor, node })),
    );
    return toConnection({ ...page, items });
  }

  @ResolveField('url', () => String, { description: 'Where to fetch it; needs the same authorization.' })
  url(@Parent() audit: DriftAudit, @Args('format', { type: () => ReportFormatEnum }) format: DriftAuditFormat): string {
    return absoluteUrl(this.#publicUrl, driftAuditPath(audit.quarter, format));
  }
}
