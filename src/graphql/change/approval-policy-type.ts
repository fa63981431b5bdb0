import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ActorType } from '../actor-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ApprovalRequirementType } from './change-request-type.js';

@ObjectType('ApprovalPolicy', { description: 'Who has to approve what: the setting `approvals` as people read it.' })
export class ApprovalPolicyType {
  @Field(() => Int, { description: '0 before anybody set it.' })
  version!: number;
  @Field(() => DateTimeScalar, { nullable: true })
  changedAt!: Date | null;
  @Field(() => ActorType, { nullable: true })
  changedBy!: ActorType | null;
  @Field(() => String, { description: 'The policy in force in Markdown; the same at GET /approvals.md.' })
  document!: string;
}

@ObjectType('ApprovalRuleExplained', { description: 'What one rule of the policy makes of one request.' })
export class ApprovalRuleExplainedType {
  @Field(() => String)
  rule!: string;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => Boolean, { description: 'Does it ask for an approval?' })
  asks!: boolean;
  @Field(() => String, { description: 'Why it asks, or which of its conditions nothing meets.' })
  why!: string;
  @Field(() => Int, { description: 'How many SKUs and products it asks about.' })
  targetCount!: number;
  @Field(() => [String], { description: 'The first 100 of them: SKU codes and product handles.' })
  targets!: string[];
}

@ObjectType('ApprovalExplanation', {
  description: 'Which rule asks whom about one request and why; of an ended request, what was asked then.',
})
export class ApprovalExplanationType {
  @Field(() => Int, {
    description: 'Version of the policy in force, of an ended request then; 0 before anybody had set one.',
  })
  policyVersion!: number;
  @Field(() => [ApprovalRuleExplainedType])
  rules!: ApprovalRuleExplainedType[];
  @Field(() => [ApprovalRequirementType], {
    description: 'What would be asked if it were submitted now; of an ended request what was asked.',
  })
  requirements!: ApprovalRequirementType[];
  @Field(() => [String], { description: 'SKUs and products that nobody but the author could approve.' })
  nobodyFor!: string[];
}
