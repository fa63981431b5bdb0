import type { CatalogStore, Stamp, WrittenRevision } from '../../../src/application/ports/catalog-store.js';
import type { DeliveryStore } from '../../../src/application/ports/delivery-store.js';
import type { RecordMatch, RecordStore } from '../../../src/application/ports/record-store.js';
import type { ChangeSet } from '../../../src/domain/change/draft.js';
import { hasRecordsOf, isOwed, owedReach } from '../../../src/domain/publishing/owed.js';
import type { RecordEntity } from '../../../src/domain/publishing/system.js';
import type { Json } from '../../../src/domain/primitives/json.js';
import { openLanes, statesIn } from './lanes.js';
import type { DeliveryRow, RecordRow, Tables } from './tables.js';
import { byId, isSameRecord, isWaiting } from './tables.js';

/** What of records the simulated world uses. */
export type WorldRecords = Pick<RecordStore, 'ensure' | 'allowCreation' | 'adoptBase'>;

/** The master's present state and its revisions, in memory. */
export class MemoryCatalog implements Pick<CatalogStore, 'write'> {
  constructor(private readonly tables: Tables) {}

  async write({ products, skus }: ChangeSet, _stamp: Stamp): Promise<WrittenRevision[]> {
    const { tables } = this;
    const validFrom = tables.now();
    const at = new Date(validFrom);
    const written: WrittenRevision[] = [];
    for (const { before, after, changes } of products) {
      const revision = (before?.revision ?? 0) + 1;
      const createdAt = before?.createdAt ?? at;
      tables.products.set(after.id, { ...after, revision, createdAt, updatedAt: at });
      tables.revisions.push({ entity: 'PRODUCT', id: after.id, validFrom, changes });
      const what = { entity: 'PRODUCT' as const, productId: after.id, skuId: null, target: after.handle };
      written.push({ ...what, revision, ...told(before === null, changes) });
    }
    for (const { before, after, changes } of skus) {
      const revision = (before?.revision ?? 0) + 1;
      const createdAt = before?.createdAt ?? at;
      tables.skus.set(after.id, { ...after, revision, createdAt, updatedAt: at });
      tables.revisions.push({ entity: 'SKU', id: after.id, validFrom, changes });
      const what = { entity: 'SKU' as const, productId: after.productId, skuId: after.id, target: after.code };
      written.push({ ...what, revision, ...told(before === null, changes) });
    }
    return written;
  }
}

function told(
  created: boolean,
  changes: readonly { field: string }[],
): Pick<WrittenRevision, 'created' | 'fields' | 'decided'> {
  return { created, fields: changes.map(({ field }) => field), decided: [] };
}

export class MemoryRecords implements WorldRecords {
  constructor(private readonly tables: Tables) {}

  async ensure(written: readonly WrittenRevision[], match: 'TO_CREATE' | 'WAITING'): Promise<void> {
    for (const { code, kind } of this.tables.systems.values()) {
      for (const { entity, productId, skuId, created } of written) {
        if (created && hasRecordsOf(kind, entity)) this.add(code, entity, productId, skuId, match);
      }
    }
  }

  private add(system: string, entity: RecordEntity, productId: string, skuId: string | null, match: RecordMatch): void {
    const { tables } = this;
    const id = tables.newId();
    const nothing = { externalId: null, root: null, published: null, publishedRevision: null, publishedAt: null };
    const unseen = { observed: null, observedAt: null, inSync: null, waitingSince: tables.now() };
    tables.records.set(id, { id, system, entity, productId, skuId, match, ...nothing, ...unseen });
  }

  async allowCreation(system: string, recordIds: readonly string[] | 'ALL_MISSING'): Promise<string[]> {
    const rows = [...this.tables.records.values()];
    const named = rows.filter(({ id }) => recordIds.includes(id)).map(({ productId }) => productId);
    const allowed = rows.filter((row) => {
      if (row.system !== system || row.match !== 'MISSING') return false;
      // A variant that is to be created in a product that is gone too takes the product along.
      const along = row.entity === 'PRODUCT' && named.includes(row.productId);
      return recordIds === 'ALL_MISSING' || recordIds.includes(row.id) || along;
    });
    const anew = { match: 'TO_CREATE', externalId: null, root: null, published: null, publishedRevision: null };
    for (const row of allowed) Object.assign(row, { ...anew, inSync: null });
    return allowed.map(({ id }) => id);
  }

  async adoptBase(values: readonly { recordId: string; field: string; value: unknown }[]): Promise<void> {
    for (const { recordId, field, value } of values) {
      const row = this.tables.records.get(recordId);
      if (row) row.published = { ...row.published, [field]: value as Json };
    }
  }
}

/** The outbox rows, as whoever resolves, retries or applies writes them. */
export class MemoryDeliveries implements Pick<DeliveryStore, 'enqueue' | 'enqueueRecords' | 'retry' | 'setLink'> {
  constructor(private readonly tables: Tables) {}

  async enqueue(written: readonly WrittenRevision[]): Promise<string[]> {
    const { tables } = this;
    const { skuIds, productIds } = owedReach(written);
    const reached = byId(tables.records.values()).filter((row) =>
      row.entity === 'SKU' ? skuIds.includes(row.skuId ?? '') : productIds.includes(row.productId),
    );
    const owed = reached.filter((row) => {
      const sku = tables.skus.get(row.skuId ?? '') ?? null;
      return isOwed(row, sku, statesIn(tables, row.productId, row.system), row.system);
    });
    return this.enqueueRecords(owed.map(({ id }) => id));
  }

  async enqueueRecords(recordIds: readonly string[]): Promise<string[]> {
    const { tables } = this;
    const rows = recordIds.flatMap((id) => tables.records.get(id) ?? []);
    for (const row of rows) this.supersede(row);
    const opened = rows.filter(({ system }) => tables.system(system).mode === 'WRITE');
    for (const row of opened) tables.add(this.deliveryOf(row));
    return openLanes(tables, opened);
  }

  /** An older one that is not under way has nothing left to do. */
  private supersede(record: RecordRow): void {
    for (const delivery of this.tables.deliveriesOf(record).filter(isWaiting)) {
      this.tables.move(delivery, 'SUPERSEDED');
      delivery.nextAttemptAt = null;
    }
  }

  private deliveryOf({ system, entity, productId, skuId }: RecordRow): DeliveryRow {
    const { tables } = this;
    const sku = tables.skus.get(skuId ?? '');
    const product = tables.products.get(productId);
    const now = tables.now();
    return {
      id: tables.newId(),
      system,
      entity,
      productId,
      skuId,
      target: sku?.code ?? product?.handle ?? '',
      revision: sku?.revision ?? product?.revision ?? 0,
      state: 'PENDING',
      attempts: 0,
      conflicts: 0,
      notFounds: 0,
      unknowns: 0,
      lostLeases: 0,
      rateSince: null,
      excusedSeconds: 0,
      nextAttemptAt: now,
      lastError: null,
      createdAt: now,
      retriedAt: null,
    };
  }

  async retry(which: Parameters<DeliveryStore['retry']>[0]): Promise<{ ids: string[]; systems: string[] }> {
    const { tables } = this;
    const asked = which.ids === null ? null : [...new Set(which.ids)];
    const dead = byId(tables.deliveries.values()).filter((each) => {
      if (each.state !== 'DEAD_LETTERED' || (asked !== null && !asked.includes(each.id))) return false;
      const match = tables.recordOf(each)?.match;
      return match === 'MATCHED' || match === 'TO_CREATE';
    });
    const ids = dead.map(({ id }) => id);
    if (asked !== null && dead.length < asked.length) return { ids, systems: [] };
    const now = tables.now();
    for (const each of dead) {
      const isNewest = dead.filter((other) => isSameRecord(other, each)).at(-1) === each;
      const hasOpen = [...tables.deliveries.values()].some((other) => isWaiting(other) && isSameRecord(other, each));
      const anew = {
        attempts: 0,
        conflicts: 0,
        notFounds: 0,
        unknowns: 0,
        lostLeases: 0,
        rateSince: null,
        excusedSeconds: 0,
      };
      Object.assign(each, { ...anew, nextAttemptAt: now, retriedAt: now });
      tables.move(each, !isNewest || hasOpen ? 'SUPERSEDED' : 'PENDING');
    }
    return { ids, systems: openLanes(tables, dead) };
  }

  async setLink(code: string, link: 'LINKED' | 'UNLINKED'): Promise<boolean> {
    const system = this.tables.system(code);
    if (system.link === link) return false;
    this.tables.systems.set(code, { ...system, link });
    return true;
  }
}
