import { Args, ArgsType, Context, Field, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { BundleVersion } from '../../application/ports/bundle-reader.js';
import type { AllocationMethod } from '../../domain/bundle/allocate.js';
import { allocate } from '../../domain/bundle/allocate.js';
import type { Edge } from '../../domain/bundle/explode.js';
import { Exploder } from '../../domain/bundle/explode.js';
import type { RollUp } from '../../domain/bundle/roll-up.js';
import { rollUp } from '../../domain/bundle/roll-up.js';
import type { Sku } from '../../domain/catalog/sku.js';
import { addDecimals } from '../../domain/primitives/decimal.js';
import { allocationOf } from '../../domain/settings/allocation-setting.js';
import type { Connection } from '../connection.js';
import { toConnection } from '../connection.js';
import { inputPipe } from '../input-pipe.js';
import type { Loaders } from '../loaders.js';
import { PageArgs, pageOf } from '../page-args.js';
import {
  AllocatedComponentType,
  BundleComponentType,
  BundleCompositionType,
  BundleRollupType,
  PriceAllocationType,
} from './bundle-type.js';
import { SkuConnectionType, SkuType } from './sku-type.js';

/** A composition as it was asked for: of which SKU, and what the bundles inside it are taken to be. */
interface Composition extends BundleVersion {
  bundle: Sku;
  /** The instant at which bundles inside it are looked at; null: now. */
  insideAt: Date | null;
}

/** A line of a composition, or of what it explodes to. */
interface Component {
  skuId: string;
  quantity: number;
  position: number;
  /** The SKU that it was asked for through: it tells as of when. */
  bundle: Sku;
}

interface Allocated {
  method: AllocationMethod;
  components: (Component & { amount: string })[] | null;
  reason: string | null;
}

@ArgsType()
export class UsedInArgs extends PageArgs {
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Bundles that hold it through other bundles too.',
  })
  nested?: boolean | null;
}

/** Bundles, seen from a SKU. */
@Resolver(() => SkuType)
export class SkuBundleResolver {
  @ResolveField('bundle', () => BundleCompositionType, {
    nullable: true,
    description: 'What is inside it, where it is a bundle that has a composition.',
  })
  async bundle(@Parent() sku: Sku, @Context('loaders') loaders: Loaders): Promise<Composition | null> {
    if (sku.kind !== 'BUNDLE') return null;
    const at = instantOf(sku);
    const version = await loaders.bundles.inForce.load({ id: sku.id, at });
    return version && { ...version, bundle: sku, insideAt: at };
  }

  @ResolveField('usedIn', () => SkuConnectionType, {
    description: 'Bundles that it is a component of, in the order in which they were created.',
  })
  async usedIn(
    @Parent() sku: Sku,
    @Args(inputPipe) args: UsedInArgs,
    @Context('loaders') loaders: Loaders,
  ): Promise<Connection<Sku>> {
    const page = pageOf(args);
    const key = { skuId: sku.id, page, nested: args.nested === true, at: instantOf(sku) };
    const { items, hasNextPage } = await loaders.bundles.usedIn.load(key);
    const bundles = await Promise.all(items.map(({ id }) => skuOf(id, sku, loaders)));
    return toConnection({
      items: bundles.map((node, index) => ({ cursor: items[index]?.cursor ?? '', node })),
      hasNextPage,
      hasPreviousPage: page.after !== null,
      totalCount: () => loaders.bundles.useCount.load(key),
    });
  }
}

@Resolver(() => BundleCompositionType)
export class BundleCompositionResolver {
  @ResolveField('components', () => [BundleComponentType])
  components(@Parent() { bundle, lines }: Composition): Component[] {
    return componentsOf(bundle, lines);
  }

  @ResolveField('exploded', () => [BundleComponentType], {
    description:
      'Nested bundles flattened down to simple SKUs, quantities multiplied; a SKU reached by two ways is one line.',
  })
  async exploded(@Parent() composition: Composition, @Context('loaders') loaders: Loaders): Promise<Component[]> {
    return componentsOf(composition.bundle, await explode(composition, loaders));
  }

  @ResolveField('rollup', () => BundleRollupType)
  async rollup(@Parent() composition: Composition, @Context('loaders') loaders: Loaders): Promise<RollUp> {
    const { bundle } = composition;
    const lines = await explode(composition, loaders);
    const figures = lines.map(async ({ key, quantity }) => {
      const [{ cost, price, weight }, onHand] = await Promise.all([
        skuOf(key, bundle, loaders),
        instantOf(bundle) === null ? onHandOf(key, loaders) : null,
      ]);
      return { quantity, cost, price, weight, onHand };
    });
    return rollUp(await Promise.all(figures), bundle.price);
  }

  @ResolveField('allocation', () => PriceAllocationType, {
    description: 'By the setting `bundleAllocation` as it is now, of prices and costs as of when the bundle is told.',
  })
  async allocation(@Parent() composition: Composition, @Context('loaders') loaders: Loaders): Promise<Allocated> {
    const { bundle } = composition;
    const [settings, lines] = await Promise.all([loaders.settings(), explode(composition, loaders)]);
    const { method, fixed } = allocationOf(settings.bundleAllocation, bundle.code);
    const skus = await Promise.all(lines.map(({ key }) => skuOf(key, bundle, loaders)));
    const figures = skus.map(({ code, price, cost }, index) => {
      return { code, quantity: lines[index]?.quantity ?? 0, price, cost, fixed: fixed(code) };
    });
    const { amounts, reason } = allocate(bundle.price, figures, method);
    const components =
      amounts && componentsOf(bundle, lines).map((line, index) => ({ ...line, amount: amounts[index] ?? '' }));
    return { method, components, reason };
  }

  @ResolveField('versions', () => [BundleCompositionType], {
    description:
      'Every composition that it had, has or is to have, in the order of time. Bundles inside one that is not in force are taken as they are when it begins.',
  })
  async versions(@Parent() { bundle }: Composition, @Context('loaders') loaders: Loaders): Promise<Composition[]> {
    const at = instantOf(bundle);
    const [all, present] = await Promise.all([
      loaders.bundles.versions.load(bundle.id),
      loaders.bundles.inForce.load({ id: bundle.id, at }),
    ]);
    const known = at === null ? all : all.filter(({ effectiveFrom }) => effectiveFrom <= at);
    return known.map((version) => {
      // When the one in force was to end is told as of then too.
      if (version.version === present?.version) return { ...present, bundle, insideAt: at };
      return { ...version, bundle, insideAt: version.effectiveFrom };
    });
  }
}

@Resolver(() => AllocatedComponentType)
export class AllocatedComponentResolver {
  @ResolveField('sku', () => SkuType)
  sku(@Parent() { skuId, bundle }: Component, @Context('loaders') loaders: Loaders): Promise<Sku> {
    return skuOf(skuId, bundle, loaders);
  }
}

@Resolver(() => BundleComponentType)
export class BundleComponentResolver {
  @ResolveField('sku', () => SkuType)
  sku(@Parent() { skuId, bundle }: Component, @Context('loaders') loaders: Loaders): Promise<Sku> {
    return skuOf(skuId, bundle, loaders);
  }
}

/** The instant as of which a SKU is told, and with it all that is in it; null: as it is now. */
function instantOf({ asOf }: Sku): Date | null {
  return asOf ?? null;
}

function componentsOf(bundle: Sku, lines: readonly Edge[]): Component[] {
  return lines.map(({ key, quantity }, index) => ({ skuId: key, quantity, position: index + 1, bundle }));
}

async function explode({ bundleId, lines, insideAt }: Composition, loaders: Loaders): Promise<readonly Edge[]> {
  const read = await Promise.all(lines.map(({ key }) => loaders.bundles.inside.load({ id: key, at: insideAt })));
  // One batch answers one graph for all that it was asked about.
  const graphs = [...new Set(read)];
  const inside = (key: string): readonly Edge[] | null => {
    for (const graph of graphs) {
      const edges = graph.get(key);
      if (edges) return edges;
    }
    return null;
  };
  return new Exploder((key) => (key === bundleId ? lines : inside(key)), 'show').of(bundleId).lines;
}

/** Of all ERPs together; null where none has reported it. */
async function onHandOf(skuId: string, loaders: Loaders): Promise<string | null> {
  const levels = await loaders.gates.stock.load(skuId);
  return levels.length === 0 ? null : addDecimals(levels.map(({ onHand }) => onHand));
}

/** @throws Error for an id that no SKU has: rows name SKUs by foreign key, so that would be a fault of ours. */
async function skuOf(id: string, { asOf }: Sku, loaders: Loaders): Promise<Sku> {
  const sku = await loaders.at(asOf).sku.load(id);
  if (!sku) throw new Error(`a bundle names the SKU ${id}, which does not exist`);
  return sku;
}
