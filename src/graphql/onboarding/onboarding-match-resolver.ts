import { Inject } from '@nestjs/common';
import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import { matchFaults, readMatch } from '../../application/onboarding/read-match.js';
import type { MatchSummary } from '../../application/ports/onboarding-store.js';
import { Ports } from '../../application/ports/ports.js';
import type { MatchRow } from '../../domain/onboarding/match-row.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import { pageOf } from '../page-args.js';
import { valueOf } from '../user-errors.js';
import { OnboardingMatchArgs } from './onboarding-match-args.js';
import type { OnboardingRowType } from './onboarding-match-type.js';
import { OnboardingMatchConnectionType, OnboardingMatchSummaryType } from './onboarding-match-type.js';

interface WholeMatch {
  summary: MatchSummary & { computedAt: Date; notScanned: string[] };
}

/**
 * OPERATOR and ADMIN, as the work on day one is theirs: the match holds every record of every system, also those that
 * nobody has decided to govern, and asking for it makes the service work it out.
 */
@Resolver(() => OnboardingMatchConnectionType)
export class OnboardingMatchResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR', 'ADMIN')
  @Query(() => OnboardingMatchConnectionType, {
    description:
      'How the records of all systems and of the master pair, before anything is imported or linked: what needs a person ' +
      'first. Made of what the last complete scan of each system saw. The first page is of things as they stand now.',
  })
  async onboardingMatch(
    @Args(inputPipe) args: OnboardingMatchArgs,
  ): Promise<Connection<OnboardingRowType> & WholeMatch> {
    const query = args.filter ?? {};
    const problems = await matchFaults(this.#ports, query);
    if (problems.length > 0) valueOf({ ok: false, problems });
    const match = await readMatch(this.#ports, pageOf(args), query);
    const systems = await this.#ports.onboarding.systems();
    const notScanned = systems.flatMap(({ code, scannedAt }) => (scannedAt === null ? [code] : []));
    // Not spread: a connection counts its rows only for who asks.
    const items = match.page.items.map(({ cursor, node }) => ({ cursor, node: toldRow(node) }));
    return Object.assign(toConnection({ ...match.page, items }), { summary: { ...match.head, notScanned } });
  }

  @ResolveField('summary', () => OnboardingMatchSummaryType)
  summary(@Parent() match: WholeMatch): WholeMatch['summary'] {
    return match.summary;
  }
}

/** As the API words it: what the domain calls id is the side's own, and no id of this service. */
function toldRow({ keys, records, related, ...row }: MatchRow): OnboardingRowType {
  return {
    ...row,
    matchedBy: keys,
    records: records.map(({ id, ...record }) => ({ ...record, externalId: id })),
    related: related.map(({ id, ...other }) => ({ ...other, externalId: id })),
  };
}
