import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { Ports } from '../../application/ports/ports.js';
import { endFreezeWindow, setFreezeWindow } from '../../application/settings/freeze-windows.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Outcome } from '../../domain/problem.js';
import { windowsOn } from '../../domain/settings/freeze-windows-setting.js';
import type { Loaders } from '../loaders.js';
import { userErrors } from '../user-errors.js';
import { FreezeWindowInput, FreezeWindowPayloadType, FreezeWindowType } from './review-types.js';

@Resolver()
export class FreezeResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => [FreezeWindowType], { description: 'Freeze windows by when they begin; with `on`, only those on now.' })
  async freezeWindows(
    @Args('on', { type: () => Boolean, nullable: true }) on?: boolean | null,
  ): Promise<FreezeWindowType[]> {
    const { freezeWindows } = await this.#ports.settings.current();
    const { now, byWindow } = await this.#ports.changes.held();
    const isOn = new Set(windowsOn(freezeWindows, now));
    return freezeWindows
      .map((window) => ({
        ...window,
        systems: window.systems ?? null,
        on: isOn.has(window),
        held: byWindow.get(window.name) ?? 0,
      }))
      .filter((window) => on !== true || window.on)
      .toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
  }

  @Roles('ADMIN')
  @Mutation(() => FreezeWindowPayloadType, {
    description: 'Sets one window of the setting `freezeWindows`: a new one, or another in the place of its name.',
  })
  async freezeWindowSet(
    @Args('window', { type: () => FreezeWindowInput }) input: FreezeWindowInput,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<FreezeWindowPayloadType> {
    const { name, from, to, systems, reason } = input;
    const times = { from: from.toISOString(), to: to.toISOString() };
    const window = { name: name.trim(), ...times, ...(systems && { systems }), reason: reason.trim() };
    return this.#answer(await setFreezeWindow(this.#ports, caller, window), loaders);
  }

  @Roles('ADMIN')
  @Mutation(() => FreezeWindowPayloadType, {
    description: 'Ends a window now, or takes one back that has not begun; what it holds is applied at once.',
  })
  async freezeWindowEnd(
    @Args('name', { type: () => String }) name: string,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<FreezeWindowPayloadType> {
    return this.#answer(await endFreezeWindow(this.#ports, caller, name, reason), loaders);
  }

  async #answer(outcome: Outcome<{ name: string }>, loaders: Loaders): Promise<FreezeWindowPayloadType> {
    if (!outcome.ok) return { window: null, userErrors: userErrors(outcome.problems) };
    loaders.reset();
    const key = foldCode(outcome.value.name);
    const window = (await this.freezeWindows()).find(({ name }) => foldCode(name) === key) ?? null;
    return { window, userErrors: [] };
  }
}
