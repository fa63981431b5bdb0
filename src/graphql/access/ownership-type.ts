import { Context, Field, ID, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Party } from '../../domain/ownership/party.js';
import { canAnswer } from '../../domain/ownership/party.js';
import type { OwnershipRule, OwnershipScope } from '../../domain/ownership/resolve-owner.js';
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

@Resolver(() => ResolvedOwnerType)
export class ResolvedOwnerResolver {
  @ResolveField('orphaned', () => Boolean, {
    description:
      'It is named, and cannot answer: inactive, or a team with nobody active in it. Of the past, by what it was then.',
  })
  async orphaned(
    @Parent() { party, asOf }: { party: Party; asOf: Date | undefined },
    @Context('loaders') loaders: Loaders,
  ): Promise<boolean> {
    const parties = await loaders.partiesAt(asOf);
    return !canAnswer(parties.get(party.id) ?? party, parties);
  }
}

@Resolver(() => OwnershipRuleType)
export class OwnershipRuleResolver {
  @ResolveField('id', () => ID)
  id(@Parent() rule: OwnershipRule): string {
    return nodeId('OwnershipRule', rule.id);
  }

  /** As it was written; what is compared is folded. */
  @ResolveField('match', () => String, {
    nullable: true,
    description: 'A SKU code, product handle, product type or vendor; null for DEFAULT.',
  })
  match(@Parent() rule: OwnershipRule): string | null {
    return rule.written;
  }

  @ResolveField('owner', () => PartyType)
  owner(@Parent() rule: OwnershipRule, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(rule.ownerId);
  }
}
