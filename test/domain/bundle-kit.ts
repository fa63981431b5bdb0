import { neighbourOf } from '../../src/domain/bundle/bundle-facts.js';
import { linesJson } from '../../src/domain/bundle/composition.js';
import type { BundleTimeline } from '../../src/domain/bundle/timeline.js';
import { instantKey, NOTHING_YET, SCHEDULED_FIELD } from '../../src/domain/bundle/timeline.js';
import type { LifecycleState } from '../../src/domain/catalog/lifecycle.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { ProposedChange } from '../../src/domain/change/change.js';
import type { ChangeSet, World } from '../../src/domain/change/draft.js';
import { planChanges } from '../../src/domain/change/plan-changes.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import { DEFAULT_SETTINGS } from '../../src/domain/settings/settings.js';
import { gateFactsWith } from '../support/gate-facts.js';
import { foldCode } from '../../src/domain/primitives/text.js';
import { lines } from '../support/bundle-lines.js';

export const NOW = new Date('2026-06-01T00:00:00Z');

const PRODUCT: Product = {
  id: 'p1',
  handle: 'tea',
  title: 'Tea',
  vendor: null,
  productType: null,
  category: null,
  tags: [],
  optionNames: ['Size'],
  attributes: {},
  revision: 1,
  createdAt: NOW,
  updatedAt: NOW,
};

export function skuOf(code: string, over: Partial<Sku> = {}): Sku {
  return {
    id: code,
    code,
    kind: 'SIMPLE',
    state: 'DRAFT',
    productId: 'p1',
    revision: 1,
    title: code,
    optionValues: [{ name: 'Size', value: code }],
    gtin: null,
    price: '10.00',
    compareAtPrice: null,
    cost: '5.00',
    weight: { value: '1', unit: 'GRAMS' },
    hsCode: null,
    countryOfOrigin: null,
    requiresShipping: true,
    taxable: true,
    taxCode: null,
    unitOfMeasure: null,
    attributes: {},
    successor: null,
    listedIn: [],
    systemValues: [],
    createdAt: NOW,
    updatedAt: NOW,
    ...over,
  };
}

/** A catalogue in memory that takes what planning answers, so that a sequence of requests can be played. */
export class Catalogue {
  readonly skus = new Map<string, Sku>();
  readonly timelines = new Map<string, BundleTimeline>();
  private made = 0;

  constructor(public now: Date = NOW) {}

  simple(code: string, over: Partial<Sku> = {}): this {
    this.skus.set(foldCode(code), skuOf(code, over));
    return this;
  }

  bundle(code: string, what: string | null, over: Partial<Sku> = {}): this {
    this.skus.set(foldCode(code), skuOf(code, { kind: 'BUNDLE', ...over }));
    if (what !== null) this.timelines.set(foldCode(code), { current: lines(what), scheduled: new Map() });
    return this;
  }

  scheduled(code: string, at: Date, what: string): this {
    const { current, scheduled } = this.timelines.get(foldCode(code)) ?? NOTHING_YET;
    const next = new Map([...scheduled, [instantKey(at), lines(what)]]);
    this.timelines.set(foldCode(code), { current, scheduled: next });
    return this;
  }

  world(): World {
    return {
      products: new Map([['tea', PRODUCT]]),
      skus: this.skus,
      siblings: new Map([['p1', [...this.skus.values()]]]),
      gtins: new Map(),
      successors: new Map(),
      lookAlikes: new Map(),
      reservations: new Map(),
      bases: new Map(),
      changedBy: new Map(),
      writableSystems: [],
      systems: [],
      stores: [],
      settings: DEFAULT_SETTINGS,
      factsOf: () => gateFactsWith(),
      bundles: {
        now: this.now,
        timelines: this.timelines,
        members: new Map([...this.skus].map(([key, sku]) => [key, neighbourOf(sku)])),
      },
    };
  }

  plan(...changes: ProposedChange[]): ChangeSet {
    return planChanges(this.world(), changes, () => `new-${(this.made += 1)}`);
  }

  /** "CODE path" of every problem. */
  faults(...changes: ProposedChange[]): string[] {
    return this.plan(...changes).problems.map(({ code, field }) => `${code} ${field?.join('.')}`);
  }

  /** Plans, and takes it where nothing is wrong with it. */
  apply(...changes: ProposedChange[]): boolean {
    const set = this.plan(...changes);
    if (set.problems.length + set.conflicts.length > 0) return false;
    for (const { before, after, bundle } of set.skus) {
      const base = { revision: before?.revision ?? 0, createdAt: NOW, updatedAt: NOW };
      this.skus.set(foldCode(after.code), { ...base, ...after, revision: base.revision + 1 });
      if (bundle) this.timelines.set(foldCode(after.code), bundle);
    }
    return true;
  }
}

export function set(target: string, what: string, at: Date | null = null): ProposedChange {
  const json = linesJson(lines(what));
  const patch: FieldValues = at === null ? { bundle: json } : { [SCHEDULED_FIELD]: { [instantKey(at)]: json } };
  return { operation: 'BUNDLE_SET', target, baseRevision: null, patch };
}

export function move(target: string, state: LifecycleState): ProposedChange {
  return { operation: 'SKU_TRANSITION', target, baseRevision: null, patch: { state } };
}

export function create(target: string, kind: 'SIMPLE' | 'BUNDLE', what: string | null = null): ProposedChange {
  const patch = { product: 'tea', kind, optionValues: [{ name: 'Size', value: target }] };
  const bundle: FieldValues = what === null ? {} : { bundle: linesJson(lines(what)) };
  return { operation: 'SKU_CREATE', target, baseRevision: null, patch: { ...patch, ...bundle } };
}
