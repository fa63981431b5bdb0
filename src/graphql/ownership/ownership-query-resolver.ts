import { Inject, UnprocessableEntityException } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import { listRules } from '../../application/ownership/list-rules.js';
import type { PartyLeaves } from '../../application/ownership/party-leaves.js';
import { readPartyLeaves } from '../../application/ownership/party-leaves.js';
import { readCoverage } from '../../application/ownership/read-coverage.js';
import { Ports } from '../../application/ports/ports.js';
import { ROLES } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { OwnershipCoverage } from '../../domain/ownership/coverage.js';
import type { OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { OwnershipRuleType } from '../access/ownership-type.js';
import { LifecycleStateEnum } from '../catalog/catalog-enums.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { pageOf } from '../page-args.js';
import { OwnershipCoverageType } from './coverage-type.js';
import { OwnershipRuleConnectionType, OwnershipRulesArgs } from './ownership-rules-args.js';
import { PartyLeavesType } from './party-leaves-type.js';

/** More rules than a list without pages should hold. */
const RULES_LIMIT = 10_000;

@Resolver()
export class OwnershipQueryResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => [OwnershipRuleType], {
    description: 'All rules, ended ones too, oldest first. Refused beyond 10,000: see `ownershipRuleSearch`.',
  })
  async ownershipRules(): Promise<readonly OwnershipRule[]> {
    const rules = await this.#ports.catalog.ownershipRules(RULES_LIMIT + 1);
    if (rules.length <= RULES_LIMIT) return rules;
    throw new UnprocessableEntityException(
      'There are more than 10,000 rules; ownershipRuleSearch has them page by page, /exports/ownership-rules.csv as a file.',
    );
  }

  @Roles(...ROLES)
  @Query(() => OwnershipRuleConnectionType, { description: 'Rules page by page, oldest first.' })
  async ownershipRuleSearch(@Args(inputPipe) args: OwnershipRulesArgs): Promise<Connection<OwnershipRule>> {
    return toConnection(await listRules(this.#ports, pageOf(args), args.filter ?? {}));
  }

  @Roles(...ROLES)
  @Query(() => OwnershipCoverageType, {
    description: 'How far SKUs have an owner who can answer, now; in every state but RETIRED if none is named.',
  })
  ownershipCoverage(
    @Args('states', { type: () => [LifecycleStateEnum], nullable: true }) states: LifecycleState[] | null | undefined,
  ): Promise<OwnershipCoverage> {
    return readCoverage(this.#ports, states ?? null);
  }

  @Roles(...ROLES)
  @Query(() => PartyLeavesType, {
    nullable: true,
    description: 'What deactivating a party would leave, without doing it; null where no party has the code.',
  })
  partyLeaves(@Args('code', { type: () => String }) code: string): Promise<PartyLeaves | null> {
    return readPartyLeaves(this.#ports, code);
  }
}
