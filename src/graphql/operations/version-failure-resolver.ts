import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { closeVersionFailure } from '../../application/bundle/close-failure.js';
import type { VersionFailureView } from '../../application/ports/bundle-reader.js';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Sku } from '../../domain/catalog/sku.js';
import type { Problem } from '../../domain/problem.js';
import { SkuType } from '../catalog/sku-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { keyOf, nodeId } from '../node-id.js';
import { pageOf } from '../page-args.js';
import { userErrors } from '../user-errors.js';
import {
  BundleVersionFailureCloseArgs,
  BundleVersionFailureConnectionType,
  BundleVersionFailurePayloadType,
  BundleVersionFailuresArgs,
  BundleVersionFailureType,
} from './version-failure-type.js';

/** Versions of bundles that could not take effect: what operators look at, and say that they have seen to. */
@Resolver(() => BundleVersionFailureType)
export class BundleVersionFailureResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => BundleVersionFailureConnectionType, { description: 'The newest first.' })
  async bundleVersionFailures(
    @Args(inputPipe) args: BundleVersionFailuresArgs,
  ): Promise<Connection<VersionFailureView>> {
    return toConnection(await this.#ports.bundles.failures(pageOf(args), args.open ?? null));
  }

  @Roles('OPERATOR')
  @Mutation(() => BundleVersionFailurePayloadType)
  async bundleVersionFailureClose(
    @Args(inputPipe) { id, comment }: BundleVersionFailureCloseArgs,
    @CurrentCaller() caller: Caller,
  ): Promise<{ failure: VersionFailureView | null; userErrors: Problem[] }> {
    const key = keyOf('BundleVersionFailure', id);
    const outcome = await closeVersionFailure(this.#ports, caller, key, comment);
    if (!outcome.ok) return { failure: null, userErrors: userErrors(outcome.problems) };
    return { failure: (await this.#ports.bundles.failuresByIds([key])).get(key) ?? null, userErrors: [] };
  }

  @ResolveField('id', () => ID)
  id(@Parent() failure: VersionFailureView): string {
    return nodeId('BundleVersionFailure', failure.id);
  }

  @ResolveField('bundle', () => SkuType)
  bundle(@Parent() failure: VersionFailureView, @Context('loaders') loaders: Loaders): Promise<Sku | null> {
    return loaders.sku.load(failure.bundleId);
  }

  @ResolveField('changeRequest', () => ChangeRequestType, {
    nullable: true,
    description: 'The request that proposed it.',
  })
  async changeRequest(
    @Parent() failure: VersionFailureView,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return failure.changeRequestId === null ? null : loaders.request.load(failure.changeRequestId);
  }
}
