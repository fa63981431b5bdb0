import { ArgsType, Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import type { MatchQuery } from '../../application/ports/onboarding-store.js';
import type { MatchGrade } from '../../domain/onboarding/grade-row.js';
import type { MatchProblemKind } from '../../domain/onboarding/match-row.js';
import { PageArgs } from '../page-args.js';
import { OnboardingGradeEnum, OnboardingProblemKindEnum } from './onboarding-match-type.js';

const TEXT_LIMIT = 255;
const LIST_LIMIT = 50;

@InputType('OnboardingMatchFilter', { description: 'Rows that meet all that is given.' })
export class OnboardingMatchFilterInput implements MatchQuery {
  @Field(() => [OnboardingGradeEnum], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(LIST_LIMIT)
  grades?: MatchGrade[] | null;

  @Field(() => String, { nullable: true, description: 'With a record in this system, or in MASTER.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  system?: string | null;

  @Field(() => String, { nullable: true, description: 'Without a record in this system, or in MASTER.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  notIn?: string | null;

  @Field(() => [OnboardingProblemKindEnum], { nullable: true, description: 'With any of these problems.' })
  @IsOptional()
  @ArrayMaxSize(LIST_LIMIT)
  problems?: MatchProblemKind[] | null;

  @Field(() => [String], { nullable: true, description: 'Whose sides differ in any of these fields.' })
  @IsOptional()
  @ArrayMaxSize(LIST_LIMIT)
  @MaxLength(TEXT_LIMIT, { each: true })
  fields?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Words in codes, ids, titles or GTINs; all of them.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  search?: string | null;
}

@ArgsType()
export class OnboardingMatchArgs extends PageArgs {
  @Field(() => OnboardingMatchFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => OnboardingMatchFilterInput)
  filter?: OnboardingMatchFilterInput | null;
}
