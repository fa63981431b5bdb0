import { Inject } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Query, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { Roles } from '../../access/roles.js';
import type {
  DeadLetterGroup,
  DeliveryView,
  FindingView,
  ScanView,
  SystemView,
} from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { PageArgs, pageOf } from '../page-args.js';
import { DeadLetterGroupConnectionType } from './dead-letter-type.js';
import { DeliveryConnectionType, DeliveryFilterInput, deliveryQueryOf } from './delivery-type.js';
import { DriftFilterInput, DriftFindingConnectionType } from './drift-finding-type.js';
import { DriftScanConnectionType } from './drift-scan-type.js';
import { SystemType } from './system-type.js';

@ArgsType()
export class DeliveriesArgs extends PageArgs {
  @Field(() => DeliveryFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => DeliveryFilterInput)
  filter?: DeliveryFilterInput | null;
}

@ArgsType()
export class DriftFindingsArgs extends PageArgs {
  @Field(() => DriftFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => DriftFilterInput)
  filter?: DriftFilterInput | null;
}

@ArgsType()
export class DriftScansArgs extends PageArgs {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(255)
  system?: string | null;
}

/** What goes on between the master and the systems: root fields. */
@Resolver()
export class OperationsQueryResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => [SystemType])
  async systems(@Context('loaders') loaders: Loaders): Promise<SystemView[]> {
    return [...(await loaders.systems()).values()];
  }

  @Roles(...ROLES)
  @Query(() => DeliveryConnectionType)
  async deliveries(@Args(inputPipe) args: DeliveriesArgs): Promise<Connection<DeliveryView>> {
    return toConnection(await this.#ports.operations.deliveries(pageOf(args), deliveryQueryOf(args.filter ?? {})));
  }

  @Roles(...ROLES)
  @Query(() => DeadLetterGroupConnectionType, {
    description: 'Dead letters by system and cause, the one that has lain longest first.',
  })
  async deadLetterGroups(@Args(inputPipe) args: DeliveriesArgs): Promise<Connection<DeadLetterGroup>> {
    return toConnection(
      await this.#ports.operations.deadLetterGroups(pageOf(args), deliveryQueryOf(args.filter ?? {})),
    );
  }

  @Roles(...ROLES)
  @Query(() => DriftFindingConnectionType)
  async driftFindings(@Args(inputPipe) args: DriftFindingsArgs): Promise<Connection<FindingView>> {
    return toConnection(await this.#ports.operations.findings(pageOf(args), args.filter ?? {}));
  }

  @Roles(...ROLES)
  @Query(() => DriftScanConnectionType)
  async driftScans(@Args(inputPipe) args: DriftScansArgs): Promise<Connection<ScanView>> {
    return toConnection(await this.#ports.operations.scans(pageOf(args), args.system ?? null));
  }
}
