import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, Roles } from '../../access/roles.js';
import { Ports } from '../../application/ports/ports.js';
import type { SettingVersion } from '../../application/ports/setting-store.js';
import { previewSetting, setSetting } from '../../application/settings/set-setting.js';
import type { Caller } from '../../domain/actor.js';
import { ROLES } from '../../domain/actor.js';
import type { Json } from '../../domain/primitives/json.js';
import type { SettingKey } from '../../domain/settings/settings.js';
import { SETTING_KEYS, SETTINGS } from '../../domain/settings/settings.js';
import type { Loaders } from '../loaders.js';
import { JsonScalar } from '../scalars/json.js';
import { userErrors } from '../user-errors.js';
import { SettingPayloadType, SettingPreviewType, SettingType, SettingVersionType } from './setting-type.js';

/** A setting's latest versions; older ones are in the audit log. */
const VERSIONS_LIMIT = 50;

@Resolver(() => SettingType)
export class SettingResolver {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  @Roles(...ROLES)
  @Query(() => [SettingType])
  async settings(): Promise<SettingType[]> {
    const newest = new Map((await this.#ports.settings.newest()).map((each) => [each.key, each]));
    return SETTING_KEYS.map((key) => settingOf(key, newest.get(key) ?? null));
  }

  @Roles('ADMIN')
  @Query(() => SettingPreviewType, { description: 'What `settingSet` with this value would do.' })
  async settingPreview(
    @Args('key', { type: () => String }) key: string,
    @Args('value', { type: () => JsonScalar }) value: Json,
  ): Promise<SettingPreviewType> {
    const { problems, effects } = await previewSetting(this.#ports, key, value);
    return { effects, userErrors: userErrors(problems) };
  }

  @Roles('ADMIN')
  @Mutation(() => SettingPayloadType, { description: 'A new version of a rule of the house, in force at once.' })
  async settingSet(
    @Args('key', { type: () => String }) key: string,
    @Args('value', { type: () => JsonScalar }) value: Json,
    @Args('reason', { type: () => String }) reason: string,
    @CurrentCaller() caller: Caller,
    @Context('loaders') loaders: Loaders,
  ): Promise<SettingPayloadType> {
    const outcome = await setSetting(this.#ports, caller, { key, value, reason });
    loaders.reset();
    if (!outcome.ok) return { setting: null, effects: [], userErrors: userErrors(outcome.problems) };
    const setting = (await this.settings()).find((each) => each.key === outcome.value.key) ?? null;
    return { setting, effects: outcome.value.effects, userErrors: [] };
  }

  @ResolveField('versions', () => [SettingVersionType], { description: 'Newest first; the last 50.' })
  async versions(@Parent() setting: SettingType): Promise<SettingVersion[]> {
    return (await this.#ports.settings.versions([setting.key], VERSIONS_LIMIT)).get(setting.key) ?? [];
  }
}

function settingOf(key: SettingKey, newest: SettingVersion | null): SettingType {
  const { description, initial, schema } = SETTINGS[key];
  return {
    key,
    description,
    value: newest ? newest.value : initial,
    schema,
    version: newest?.version ?? 0,
    changedAt: newest?.changedAt ?? null,
    changedBy: newest?.changedBy ?? null,
  };
}
