import { ArgsType, Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, MaxLength, ValidateNested } from 'class-validator';
import type { RuleFilter } from '../../application/ownership/list-rules.js';
import type { OwnershipScope } from '../../domain/ownership/resolve-owner.js';
import { OwnershipRuleType, OwnershipScopeEnum } from '../access/ownership-type.js';
import { connectionType } from '../connection.js';
import { PageArgs } from '../page-args.js';

const TEXT_LIMIT = 255;

@InputType('OwnershipRuleFilter')
export class OwnershipRuleFilterInput implements RuleFilter {
  @Field(() => [OwnershipScopeEnum], { nullable: true })
  scopes?: OwnershipScope[] | null;

  @Field(() => String, { nullable: true, description: 'The whole of what it matches, in any case.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  match?: string | null;

  @Field(() => String, { nullable: true, description: 'Party code.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  owner?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'true: in force or to come; false: ended. Whether it decides anything is for more specific rules to say.',
  })
  live?: boolean | null;
}

@ArgsType()
export class OwnershipRulesArgs extends PageArgs {
  @Field(() => OwnershipRuleFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => OwnershipRuleFilterInput)
  filter?: OwnershipRuleFilterInput | null;
}

export const OwnershipRuleConnectionType = connectionType('OwnershipRule', () => OwnershipRuleType);
