import { Inject } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import { explainApprovals } from '../../application/approvals/explain-approvals.js';
import { policyInForce } from '../../application/approvals/policy-in-force.js';
import { Ports } from '../../application/ports/ports.js';
import { ReportRenderer } from '../../application/ports/report-renderer.js';
import { ROLES } from '../../domain/actor.js';
import { keyOf } from '../node-id.js';
import { requirementViews } from './approval-resolver.js';
import { ApprovalExplanationType, ApprovalPolicyType } from './approval-policy-type.js';

/** Targets of a rule that are named; all of them are in the request's changes. */
const TARGETS = 100;

@Resolver()
export class ApprovalPolicyResolver {
  readonly #ports: Ports;
  readonly #renderer: ReportRenderer;

  constructor(@Inject(Ports) ports: Ports, @Inject(ReportRenderer) renderer: ReportRenderer) {
    this.#ports = ports;
    this.#renderer = renderer;
  }

  @Roles(...ROLES)
  @Query(() => ApprovalPolicyType)
  async approvalPolicy(): Promise<ApprovalPolicyType> {
    const policy = await policyInForce(this.#ports);
    const { version, changedAt, changedBy } = policy;
    return { version, changedAt, changedBy, document: this.#renderer.approvalPolicyMarkdown(policy) };
  }

  @Roles(...ROLES)
  @Query(() => ApprovalExplanationType, {
    nullable: true,
    description:
      'Which rule of the policy asks whom about a change request, and why the others do not; null where there is none.',
  })
  async approvalExplanation(@Args('id', { type: () => ID }) id: string): Promise<ApprovalExplanationType | null> {
    const key = keyOf('ChangeRequest', id);
    const explained = await explainApprovals(this.#ports, key);
    if (!explained) return null;
    const { approvedBy, rules, requirements, ...rest } = explained;
    return {
      ...rest,
      rules: rules.map((rule) => {
        const { targets } = rule;
        return { ...rule, targetCount: targets.length, targets: targets.slice(0, TARGETS) };
      }),
      requirements: requirementViews(requirements, approvedBy, key),
    };
  }
}
