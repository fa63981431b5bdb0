import type { Actor } from '../../src/domain/actor.js';
import { policyActor, systemActor } from '../../src/domain/actor.js';
import type { Product, ProductContent } from '../../src/domain/catalog/product.js';
import type { Sku, SkuContent } from '../../src/domain/catalog/sku.js';
import type { ChangeSet } from '../../src/domain/change/draft.js';
import type { FieldChange, Json } from '../../src/domain/primitives/json.js';
import { canaryRuleOf } from '../../src/domain/settings/publishing-setting.js';
import type { Backend, SeenFinding } from './backend.js';

const WHO: Actor = systemActor('desk');
/** Nobody has set anything; and no request of the desk touches as many records as have a canary. */
const CANARIES = canaryRuleOf({});

/** People at the master's desk: each act is one transaction, and goes the way of the real verbs through the stores. */
export class Desk {
  constructor(private readonly backend: Backend) {}

  /** What `writeChangeSet` does: revisions, records, deliveries. `WAITING` is a baseline, which owes nothing. */
  async apply(set: ChangeSet, match: 'TO_CREATE' | 'WAITING' = 'TO_CREATE'): Promise<void> {
    const stamp = { actor: WHO, reason: null, changeRequestId: null };
    await this.backend.transact(async ({ catalog, records, deliveries }) => {
      const written = await catalog.write(set, stamp);
      await records.ensure(written, match);
      if (match === 'TO_CREATE') await deliveries.enqueue(written, null, CANARIES);
    });
  }

  /** What `applyChangeRequest` does for an adoption: what was found is the master's now, and counts as published. */
  async adopt(set: ChangeSet, { id, recordId, field, found }: SeenFinding, by = WHO): Promise<void> {
    const stamp = { actor: WHO, reason: null, changeRequestId: null };
    await this.backend.transact(async ({ catalog, records, deliveries, findings }) => {
      await findings.lock([id]);
      const written = await catalog.write(set, stamp);
      await records.ensure(written, 'TO_CREATE');
      await deliveries.enqueue(written, null, CANARIES);
      await records.adoptBase([{ recordId: recordId ?? '', field: field ?? '', value: found }]);
      await findings.close([{ findingId: id, resolution: 'ADOPTED', by }]);
    });
  }

  /** What `revertFindings` does. Answers the record that is owed anew. */
  async revert({ id, kind, system, recordId }: SeenFinding): Promise<string> {
    await this.backend.transact(async ({ records, deliveries, findings }) => {
      await findings.lock([id]);
      await findings.requestRevert([id], WHO, null);
      if (kind === 'MISSING') await records.allowCreation(system, [recordId ?? '']);
      await deliveries.enqueueRecords([recordId ?? '']);
    });
    return recordId ?? '';
  }

  /** What `waiveFindings` does. */
  async waive(id: string, until: Date): Promise<void> {
    await this.backend.transact(async ({ findings }) => {
      await findings.lock([id]);
      await findings.waive([id], WHO, until, 'the desk can wait');
    });
  }

  /** What `healFindings` does of AUTO_REVERT. Answers the record that is owed anew. */
  async healRevert({ id, recordId }: SeenFinding): Promise<string> {
    await this.backend.transact(async ({ deliveries, findings }) => {
      await findings.lock([id]);
      await findings.requestRevert([id], policyActor(1), 'AUTO_REVERT');
      await deliveries.enqueueRecords([recordId ?? '']);
    });
    return recordId ?? '';
  }

  /** What `retryDeliveries` does, by a filter that takes all dead letters. */
  async retryAll(): Promise<void> {
    await this.backend.transact(({ deliveries }) => deliveries.retry({ ids: null, filter: {} }, WHO));
  }
}

/** A change set of one product. */
export function productSet(before: Product | null, after: ChangeSet['products'][number]['after']): ChangeSet {
  const changes = changesOf<ProductContent>(before, after, ['title', 'vendor', 'tags']);
  return { products: [{ before, after, changes }], skus: [], conflicts: [], problems: [], warnings: [] };
}

/** A change set of one SKU. */
export function skuSet(before: Sku | null, after: ChangeSet['skus'][number]['after']): ChangeSet {
  const changes = changesOf<SkuContent>(before, after, ['state', 'title', 'price', 'hsCode']);
  return { products: [], skus: [{ before, after, bundle: null, changes }], conflicts: [], problems: [], warnings: [] };
}

/** Two change sets as one request. */
export function together(...sets: ChangeSet[]): ChangeSet {
  const all = { conflicts: [], problems: [], warnings: [] };
  return { products: sets.flatMap(({ products }) => products), skus: sets.flatMap(({ skus }) => skus), ...all };
}

function changesOf<T extends object>(before: T | null, after: T, fields: readonly (keyof T & string)[]): FieldChange[] {
  return fields.flatMap((field) => {
    const [from, to] = [(before?.[field] ?? null) as Json, after[field] as Json];
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from, to }];
  });
}

export function plainProduct(id: string, handle: string, title: string): ChangeSet['products'][number]['after'] {
  const nothing = { productType: null, category: null, tags: [], optionNames: [], attributes: {} };
  return { id, handle, title, vendor: 'Vendor', ...nothing };
}

export function plainSku(
  id: string,
  code: string,
  productId: string,
  price: string,
  listedIn: string[],
): ChangeSet['skus'][number]['after'] {
  return {
    id,
    code,
    kind: 'SIMPLE',
    productId,
    state: 'ACTIVE',
    title: `Title of ${code}`,
    optionValues: [{ name: 'Kind', value: code }],
    gtin: null,
    price,
    compareAtPrice: null,
    cost: null,
    weight: null,
    hsCode: null,
    countryOfOrigin: null,
    requiresShipping: true,
    taxable: true,
    taxCode: null,
    unitOfMeasure: null,
    attributes: {},
    successor: null,
    listedIn,
    systemValues: [],
  };
}
