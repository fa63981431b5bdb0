import { ArgsType, Field, InputType } from '@nestjs/graphql';
import { ArrayMaxSize, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import type { SkuFilter, SkuOrder } from '../../application/ports/catalog-reader.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import { PageArgs } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { LifecycleStateEnum, SkuOrderEnum } from './catalog-enums.js';

const CODES_LIMIT = 1_000;
const TEXT_LIMIT = 255;

@InputType('SkuFilter')
export class SkuFilterInput implements SkuFilter {
  @Field(() => [String], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(CODES_LIMIT)
  @MaxLength(TEXT_LIMIT, { each: true })
  codes?: string[] | null;

  @Field(() => [LifecycleStateEnum], { nullable: true })
  states?: LifecycleState[] | null;

  @Field(() => String, { nullable: true })
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

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  gtin?: string | null;

  @Field(() => Boolean, { nullable: true })
  hasOpenDrift?: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true })
  updatedAfter?: Date | null;

  @Field(() => String, { nullable: true, description: 'Words in code, title, vendor or GTIN.' })
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
}

@ArgsType()
export class ProductsArgs extends PageArgs {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  search?: string | null;
}
