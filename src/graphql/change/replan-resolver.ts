import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { SystemView } from '../../application/ports/operations-reader.js';
import type { KeptPlan, ReplanReason } from '../../application/ports/plan-store.js';
import type { ChangedCommitment } from '../../domain/change/plan/commitments.js';
import type { Party } from '../../domain/ownership/party.js';
import { PartyType } from '../access/party-type.js';
import type { Loaders } from '../loaders.js';
import { SystemType } from '../operations/system-type.js';
import { ChangedCommitmentType, ReplannedPartType, ReplanType } from './plan-type.js';

type Part = ReplanReason['asked'][number];

@Resolver(() => ReplanType)
export class ReplanResolver {
  @ResolveField('changed', () => [ChangedCommitmentType], { description: 'The first hundred.' })
  changed(@Parent() { reason }: KeptPlan): ChangedCommitment[] {
    return reason?.changed ?? [];
  }

  @ResolveField('changedCount')
  changedCount(@Parent() { reason }: KeptPlan): number {
    return reason?.changedCount ?? 0;
  }

  @ResolveField('asked', () => [ReplannedPartType], { description: 'Parts that are to be approved, and by whom.' })
  asked(@Parent() { reason }: KeptPlan): Part[] {
    return reason?.asked ?? [];
  }
}

@Resolver(() => ReplannedPartType)
export class ReplannedPartResolver {
  @ResolveField('party', () => PartyType)
  party(@Parent() { partyId }: Part, @Context('loaders') loaders: Loaders): Promise<Party> {
    return loaders.party(partyId);
  }
}

@Resolver(() => ChangedCommitmentType)
export class ChangedCommitmentResolver {
  @ResolveField('system', () => SystemType, { nullable: true, description: 'Null: in the master itself.' })
  system(@Parent() { system }: ChangedCommitment, @Context('loaders') loaders: Loaders): Promise<SystemView> | null {
    return system === '' ? null : loaders.system(system);
  }

  @ResolveField('field', () => String, { nullable: true, description: 'Null: the creation of the record.' })
  field(@Parent() { field }: ChangedCommitment): string | null {
    return field === '' ? null : field;
  }

  @ResolveField('supersedes', () => Boolean)
  supersedes(@Parent() { kind }: ChangedCommitment): boolean {
    return kind === 'SUPERSEDES';
  }
}
