import { Inject } from '@nestjs/common';
import { Args, Context, ID, Mutation, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { cancelScan, confirmScan } from '../../application/drift/scan/decide-scan.js';
import { startScan } from '../../application/drift/scan/start-scan.js';
import type { ScanView } from '../../application/ports/operations-reader.js';
import { Ports } from '../../application/ports/ports.js';
import type { Caller } from '../../domain/actor.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import type { Loaders } from '../loaders.js';
import { keyOf } from '../node-id.js';
import { userErrors } from '../user-errors.js';
import { ScanModeEnum } from './drift-scan-type.js';
import { DriftScanPayloadType } from './operations-payloads.js';

interface ScanPayload {
  scan: ScanView | null;
  userErrors: Problem[];
}

@Resolver()
export class ScanMutationResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftScanPayloadType)
  async driftScanStart(
    @Args('system', { type: () => String }) system: string,
    @Args('mode', { type: () => ScanModeEnum }) mode: ScanView['mode'],
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ScanPayload> {
    return answer(await startScan(this.#ports, caller, system, mode), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftScanPayloadType, { description: 'Opens the findings of a HELD scan, all as FLAG.' })
  async driftScanConfirm(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ScanPayload> {
    return answer(await confirmScan(this.#ports, caller, keyOf('DriftScan', id), reason), loaders);
  }

  @Roles('OPERATOR')
  @Mutation(() => DriftScanPayloadType, {
    description: 'Ends a RUNNING scan, or drops what a HELD one had staged.',
  })
  async driftScanCancel(
    @Args('id', { type: () => ID }) id: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<ScanPayload> {
    return answer(await cancelScan(this.#ports, caller, keyOf('DriftScan', id)), loaders);
  }
}

/** The scan as it is now. */
async function answer(outcome: Outcome<{ id: string }>, loaders: Loaders): Promise<ScanPayload> {
  if (!outcome.ok) return { scan: null, userErrors: userErrors(outcome.problems) };
  loaders.reset();
  return { scan: await loaders.scan.load(outcome.value.id), userErrors: [] };
}
