import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Int, Query, Resolver } from '@nestjs/graphql';
import { IsOptional, Max, MaxLength, Min } from 'class-validator';
import { Roles } from '../../access/roles.js';
import type { RecordCoverage, SystemCoverage, UngovernedRecord } from '../../application/ports/coverage-reader.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import { RecordEntityEnum } from '../change/plan-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { PageArgs, pageOf } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { RecordCoverageConnectionType, SystemCoverageType, UngovernedRecordConnectionType } from './coverage-type.js';

@ArgsType()
export class DriftCoverageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 24, description: 'What counts as compared recently: 1 to 8784.' })
  @IsOptional()
  @Min(1)
  @Max(8_784)
  withinHours?: number | null;
}

@ArgsType()
export class ComparedRecordsArgs extends PageArgs {
  @Field(() => String)
  @MaxLength(255)
  system!: string;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only records that were not compared since.' })
  @IsOptional()
  comparedBefore?: Date | null;
}

@ArgsType()
export class UngovernedRecordsArgs extends PageArgs {
  @Field(() => String)
  @MaxLength(255)
  system!: string;
  @Field(() => RecordEntityEnum, { nullable: true })
  @IsOptional()
  entity?: RecordEntity | null;
  @Field(() => Boolean, { nullable: true, description: 'With a SKU code or handle, or without.' })
  @IsOptional()
  hasCode?: boolean | null;
}

/** What has been looked at, and what has not. */
@Resolver()
export class CoverageResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => [SystemCoverageType], { description: 'How much of each system has been compared, and when.' })
  async driftCoverage(@Args(inputPipe) args: DriftCoverageArgs): Promise<SystemCoverage[]> {
    return this.#ports.coverage.coverage(args.withinHours ?? 24);
  }

  @Roles(...ROLES)
  @Query(() => RecordCoverageConnectionType, { description: 'Records of a system, with when each was last compared.' })
  async comparedRecords(@Args(inputPipe) args: ComparedRecordsArgs): Promise<Connection<RecordCoverage>> {
    const query = { system: args.system, before: args.comparedBefore ?? null };
    return toConnection(await this.#ports.coverage.compared(pageOf(args), query));
  }

  @Roles(...ROLES)
  @Query(() => UngovernedRecordConnectionType, { description: 'Records of a system that nobody governs.' })
  async ungovernedRecords(@Args(inputPipe) args: UngovernedRecordsArgs): Promise<Connection<UngovernedRecord>> {
    const query = { system: args.system, entity: args.entity ?? null, hasCode: args.hasCode ?? null };
    return toConnection(await this.#ports.coverage.ungoverned(pageOf(args), query));
  }
}
