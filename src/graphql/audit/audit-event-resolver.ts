import { Inject, UnprocessableEntityException } from '@nestjs/common';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import { verifyAudit } from '../../application/audit/verify-audit.js';
import type { AuditEventView } from '../../application/ports/audit-log-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { nodeId } from '../node-id.js';
import { pageOf } from '../page-args.js';
import {
  AuditEventConnectionType,
  AuditEventsArgs,
  AuditEventType,
  AuditVerificationType,
} from './audit-event-type.js';

/** A bigint from 1 on, without sign, leading zero or exponent. */
const SEQUENCE = /^[1-9]\d{0,17}$/;

@Resolver(() => AuditEventType)
export class AuditEventResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR')
  @Query(() => AuditEventConnectionType, { description: 'The audit log, newest first.' })
  async auditEvents(@Args(inputPipe) args: AuditEventsArgs): Promise<Connection<AuditEventView>> {
    const query = { subject: args.subject ?? null, type: args.type ?? null };
    return toConnection(await this.#ports.auditLog.events(pageOf(args), query));
  }

  @Roles('OPERATOR')
  @Query(() => AuditVerificationType, {
    description: 'Recomputes the hash chain of the audit log, from a sequence on or all of it.',
  })
  async auditVerify(
    @Args('fromSequence', { type: () => String, nullable: true }) fromSequence: string | null,
  ): Promise<AuditVerificationType> {
    if (fromSequence !== null && fromSequence !== undefined && !SEQUENCE.test(fromSequence)) {
      throw new UnprocessableEntityException('fromSequence is a whole number from 1 on, as auditEvents answers it.');
    }
    const { head, brokenAt, ...rest } = await verifyAudit(this.#ports, BigInt(fromSequence ?? 1));
    return {
      ...rest,
      brokenAt: brokenAt === null ? null : String(brokenAt),
      headHash: head.hash,
      headSequence: String(head.sequence),
    };
  }

  @ResolveField('id', () => ID)
  id(@Parent() event: AuditEventView): string {
    return nodeId('AuditEvent', event.id);
  }
}
