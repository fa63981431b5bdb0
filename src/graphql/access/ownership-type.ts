import { Context, Field, ID, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { OwnershipRule, OwnershipScope, Party } from '../../domain/ownership/resolve-owner.js';
import { enumType } from '../enum-type.js';
import type { Loaders } from '../loaders.js';
import { nodeId } from '../node-id.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { PartyType } from './party-type.js';

export const OwnershipScopeEnum = enumType<OwnershipScope>('OwnershipScope', {
  SKU: null,
  PRODUCT: null,
  PRODUCT_TYPE: null,
  VENDOR: null,
  DEFAULT: null,
});

@ObjectType('OwnershipRule', {
  implements: () => [NodeType],
  description: 'Like a CODEOWNERS line: the most specific rule in force wins.',
})
export class OwnershipRuleType extends NodeType {
  @Field(() => OwnershipScopeEnum)
  scope!: string;
  @Field(() => String, {
    nullable: true,
    description: 'A SKU code, product handle, product type or vendor; null for DEFAULT.',
  })
  match!: string | null;
  @Field(() => DateTimeScalar)
  effectiveFrom!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  effectiveTo!: Date | null;
}

@ObjectType('ResolvedOwner')
export class ResolvedOwnerType {
  @Field(() => PartyType)
  party!: PartyType;
  @Field(() => OwnershipRuleType)
  rule!: OwnershipRuleType;
}

@Resolver(() => OwnershipRuleType)
export class OwnershipRuleResolver {
  @ResolveField('id', () => ID)
  id(@Parent() rule: OwnershipRule): string {
    return nodeId('OwnershipRule', rule.id);
  }

  @ResolveField('owner', () => PartyType)
  owner(@Parent() rule: OwnershipRule, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(rule.ownerId);
  }
}
