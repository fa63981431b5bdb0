import { Args, ArgsType, Context, Field, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import { GraphQLError } from 'graphql';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { ValueObservation } from '../../application/ports/explanation-reader.js';
import type { DeliveryView, FindingView, SystemView } from '../../application/ports/operations-reader.js';
import type { FieldExplanation, FieldInSystem } from '../../application/truth/explain-field.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { masterPlaceOf } from '../../domain/truth/explanation.js';
import { SkuType } from '../catalog/sku-type.js';
import { ChangeRequestType } from '../change/change-request-type.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { DeliveryType } from '../operations/delivery-type.js';
import { DriftFindingType } from '../operations/drift-finding-type.js';
import { SystemType } from '../operations/system-type.js';
import { FieldExplanationType, FieldInSystemType, FieldObservationType } from './explanation-type.js';

const TEXT_LIMIT = 255;

@ArgsType()
export class ExplainArgs {
  @Field(() => String, {
    description: 'A field of the source-of-truth matrix: price, product.title, attributes.material.',
  })
  @MaxLength(TEXT_LIMIT)
  field!: string;

  @Field(() => String, { nullable: true, description: 'Only how it stands in this system.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  system?: string | null;
}

@Resolver(() => SkuType)
export class SkuExplanationResolver {
  @ResolveField('explain', () => FieldExplanationType, {
    nullable: true,
    description:
      'Why a field is as it is: its value as of `asOf`, the rule that owns it, what brought it, who approved that, and how it stands in each system now.',
  })
  async explain(
    @Parent() sku: Sku,
    @Args(inputPipe) { field, system = null }: ExplainArgs,
    @Context('loaders') loaders: Loaders,
  ): Promise<FieldExplanation | null> {
    const place = masterPlaceOf(field);
    if (!place || (place.key !== null && !(await isAttribute(place.key, sku, loaders))))
      throw refused(`${field} is no field of the source-of-truth matrix.`);
    if (system !== null && !(await loaders.systems()).has(system)) throw refused(`There is no system ${system}.`);
    const id = place.entity === 'SKU' ? sku.id : sku.productId;
    const told = await loaders.explanations.load(id, { field, place, asOf: sku.asOf ?? null });
    return told && { ...told, systems: told.systems.filter((each) => system === null || each.system === system) };
  }
}

/** Defined now, or borne all the same: what was taken as it was on the first day has no definition. */
async function isAttribute(key: string, sku: Sku, loaders: Loaders): Promise<boolean> {
  if (Object.hasOwn(sku.attributes, key)) return true;
  return (await loaders.settings()).attributes.some((definition) => definition.key === key);
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

@Resolver(() => FieldExplanationType)
export class FieldExplanationResolver {
  @ResolveField('changeRequest', () => ChangeRequestType, {
    nullable: true,
    description: 'The request that brought the value; null where a baseline import did.',
  })
  changeRequest(
    @Parent() { changeRequestId }: FieldExplanation,
    @Context('loaders') loaders: Loaders,
  ): Promise<ChangeRequestView | null> {
    return changeRequestId === null ? Promise.resolve(null) : loaders.request.load(changeRequestId);
  }

  @ResolveField('observation', () => FieldObservationType, {
    nullable: true,
    description: 'Where the request has it from; null where somebody wrote it here.',
  })
  observation(@Parent() { observation }: FieldExplanation): ValueObservation | null {
    return observation;
  }

  @ResolveField('systems', () => [FieldInSystemType], { description: 'Every system, by its code.' })
  systems(@Parent() { systems }: FieldExplanation): FieldInSystem[] {
    return systems;
  }
}

@Resolver(() => FieldObservationType)
export class FieldObservationResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: ValueObservation, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }

  @ResolveField('finding', () => DriftFindingType, {
    nullable: true,
    description: 'The finding that was adopted; null where it was taken over at once.',
  })
  finding(
    @Parent() { findingId }: ValueObservation,
    @Context('loaders') loaders: Loaders,
  ): Promise<FindingView | null> {
    return findingId === null ? Promise.resolve(null) : loaders.finding.load(findingId);
  }
}

@Resolver(() => FieldInSystemType)
export class FieldInSystemResolver {
  @ResolveField('system', () => SystemType)
  system(@Parent() { system }: FieldInSystem, @Context('loaders') loaders: Loaders): Promise<SystemView> {
    return loaders.system(system);
  }

  @ResolveField('delivery', () => DeliveryType, {
    nullable: true,
    description: 'The delivery that brought what counts as published; null where none of ours did.',
  })
  delivery(
    @Parent() { deliveryId }: FieldInSystem,
    @Context('loaders') loaders: Loaders,
  ): Promise<DeliveryView | null> {
    return deliveryId === null ? Promise.resolve(null) : loaders.delivery.load(deliveryId);
  }

  @ResolveField('finding', () => DriftFindingType, {
    nullable: true,
    description: 'The finding on it that is not resolved.',
  })
  finding(@Parent() { findingId }: FieldInSystem, @Context('loaders') loaders: Loaders): Promise<FindingView | null> {
    return findingId === null ? Promise.resolve(null) : loaders.finding.load(findingId);
  }
}
