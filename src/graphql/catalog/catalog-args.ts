import { ArgsType, Field, InputType } from '@nestjs/graphql';
import { ArrayMaxSize, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { SkuFilter } from '../../application/catalog/list-skus.js';
import type { SkuOrder } from '../../application/ports/catalog-reader.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { SkuKind } from '../../domain/catalog/sku.js';
import { PageArgs } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { LifecycleStateEnum, SkuKindEnum, SkuOrderEnum } from './catalog-enums.js';

const CODES_LIMIT = 1_000;
const TEXT_LIMIT = 255;
export const AS_OF =
  'As it stood at that instant, exact to the microsecond; not in the future. Left out: as it is now.';

@InputType('SkuFilter')
export class SkuFilterInput implements SkuFilter {
  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(CODES_LIMIT)
  @MaxLength(TEXT_LIMIT, { each: true })
  codes?: string[] | null;

  @Field(() => [LifecycleStateEnum], { nullable: true })
  states?: LifecycleState[] | null;

  @Field(() => SkuKindEnum, { nullable: true })
  kind?: SkuKind | null;

  @Field(() => String, { nullable: true, description: 'Compared as codes are: without case.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  vendor?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  productType?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  productHandle?: string | null;

  @Field(() => String, { nullable: true, description: 'Of any length; RETIRED SKUs are found too.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  gtin?: string | null;

  @Field(() => String, { nullable: true, description: 'Party code of the accountable owner, by the rules in force.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  owner?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'true: only SKUs that no ownership rule reaches, or whose owner cannot answer: inactive, or a team with nobody active in it. false: all others. Not to be asked of the past.',
  })
  orphaned?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Not to be asked of the past.' })
  hasOpenDrift?: boolean | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Exact to the microsecond; what was updated just then is left out.',
  })
  updatedAfter?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'At most 10 words, each of which is somewhere in code, title, vendor or GTIN, in any case.',
  })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  search?: string | null;
}

@ArgsType()
export class SkusArgs extends PageArgs {
  @Field(() => SkuFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => SkuFilterInput)
  filter?: SkuFilterInput | null;

  @Field(() => SkuOrderEnum, { nullable: true, defaultValue: 'CODE' })
  orderBy?: SkuOrder | null;

  @Field(() => DateTimeScalar, { nullable: true, description: AS_OF })
  asOf?: Date | null;
}

@ArgsType()
export class ProductsArgs extends PageArgs {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  search?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: AS_OF })
  asOf?: Date | null;
}
