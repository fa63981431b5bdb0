import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { CoverageWarning, OrphanCause } from '../../domain/ownership/coverage.js';
import { OwnershipScopeEnum } from '../access/ownership-type.js';
import { PartyType } from '../access/party-type.js';
import { LifecycleStateEnum } from '../catalog/catalog-enums.js';
import { enumType } from '../enum-type.js';

export const OrphanCauseEnum = enumType<OrphanCause>('OrphanCause', {
  NO_RULE: 'No ownership rule reaches it.',
  OWNER_INACTIVE: 'The party of the rule that decides is inactive.',
  TEAM_WITHOUT_ACTIVE_MEMBER: 'The rule that decides names a team with nobody active in it.',
});

@ObjectType('OrphanCount')
export class OrphanCountType {
  @Field(() => OrphanCauseEnum)
  cause!: OrphanCause;
  @Field(() => Int)
  skus!: number;
}

@ObjectType('StateCoverage')
export class StateCoverageType {
  @Field(() => LifecycleStateEnum)
  state!: string;
  @Field(() => Int)
  skus!: number;
  @Field(() => Int)
  owned!: number;
}

@ObjectType('ScopeCoverage', { description: 'SKUs that rules of one scope decide.' })
export class ScopeCoverageType {
  @Field(() => OwnershipScopeEnum)
  scope!: string;
  @Field(() => Int)
  skus!: number;
}

@ObjectType('OwnerCoverage')
export class OwnerCoverageType {
  @Field(() => PartyType)
  party!: PartyType;
  @Field(() => Int)
  skus!: number;
  @Field(() => Boolean, { description: 'It is named, and cannot answer.' })
  orphaned!: boolean;
  @Field(() => Boolean, { description: 'Flagged as engineering, or a team of which every active member is.' })
  engineering!: boolean;
}

@ObjectType('CoverageWarning', { description: 'For a scorecard: what is wrong with who owns what.' })
export class CoverageWarningType {
  @Field(() => String, { description: 'ORPHANED_SKUS or ENGINEERING_OWNER.' })
  code!: CoverageWarning['code'];
  @Field(() => String)
  message!: string;
  @Field(() => Int)
  skus!: number;
  @Field(() => String, { nullable: true, description: 'Code of the party that it is about.' })
  party!: string | null;
}

@ObjectType('OwnershipCoverage', { description: 'How far the SKUs of a catalogue have an accountable owner, now.' })
export class OwnershipCoverageType {
  @Field(() => Int)
  skus!: number;
  @Field(() => Int, { description: 'Somebody is named, and can answer.' })
  owned!: number;
  @Field(() => Int)
  orphaned!: number;
  @Field(() => Float, { description: 'Owned over all, 0 to 1; 1 where there is no SKU.' })
  share!: number;
  @Field(() => [OrphanCountType])
  byCause!: OrphanCountType[];
  @Field(() => [StateCoverageType])
  byState!: StateCoverageType[];
  @Field(() => [ScopeCoverageType])
  byScope!: ScopeCoverageType[];
  @Field(() => [OwnerCoverageType], { description: 'Most SKUs first.' })
  byOwner!: OwnerCoverageType[];
  @Field(() => Int, { description: 'SKUs whose accountable owner is engineering.' })
  engineering!: number;
  @Field(() => [CoverageWarningType])
  warnings!: CoverageWarningType[];
}
