import { numberedIds } from '../dice.js';
import type { Backend, Present } from '../backend.js';
import { MemoryCatalog, MemoryDeliveries, MemoryRecords } from './desk-stores.js';
import { MemoryFindings } from './findings.js';
import { admissionOf, admittedFrom } from './gates.js';
import { isLeased, reopenLanes } from './lanes.js';
import { MemoryObservations } from './observations.js';
import { MemoryQueue } from './queue.js';
import { MemoryScans } from './scans.js';
import { Tables } from './tables.js';
import type { GovernedSystem } from '../../../src/domain/publishing/system.js';

/** A master that keeps its rows in memory. */
export function memoryBackend(systems: readonly GovernedSystem[]): Backend & { tables: Tables } {
  let now = 0;
  const tables = new Tables(() => now, numberedIds());
  for (const system of systems) tables.systems.set(system.code, system);
  const stores = {
    catalog: new MemoryCatalog(tables),
    records: new MemoryRecords(tables),
    deliveries: new MemoryDeliveries(tables),
    findings: new MemoryFindings(tables),
  };
  return {
    tables,
    queue: new MemoryQueue(tables),
    observations: new MemoryObservations(tables),
    scans: new MemoryScans(tables),
    newId: tables.newId,
    setTime: async (time) => {
      now = time;
    },
    transact: (work) => work(stores),
    systems: async () => [...tables.systems.values()],
    present: async () => presentIn(tables),
    inspect: async () => ({
      ...presentIn(tables),
      deliveries: [...tables.deliveries.values()],
      transitions: tables.transitions,
    }),
    heldValues: async (system, entity, code, field) => {
      const record = [...tables.records.values()].find((each) => {
        const name =
          entity === 'SKU' ? tables.skus.get(each.skuId ?? '')?.code : tables.products.get(each.productId)?.handle;
        return each.system === system && each.entity === entity && name === code;
      });
      const values = tables.held.flatMap(({ findingId, found }) => {
        const finding = tables.findings.get(findingId);
        return record && finding?.recordId === record.id && finding.field === field ? [found] : [];
      });
      return { isLinked: record !== undefined && record.externalId !== null, values };
    },
    due: async () => {
      reopenLanes(tables);
      const lanes = [...tables.lanes.values()].filter(
        (lane) => lane.dueAt !== null && lane.dueAt <= now && !isLeased(lane, now) && isAdmitted(tables, lane.system),
      );
      const inbox = [...tables.webhooks.values()].filter(
        ({ handledAt, notBefore }) => handledAt === null && (notBefore ?? 0) <= now,
      );
      return { lanes: codesOf(lanes), inboxes: codesOf(inbox) };
    },
    nextDue: async () => {
      const times = [...tables.lanes.values()].flatMap(({ system, dueAt, leaseUntil }) =>
        dueAt === null || !isServed(tables, system)
          ? []
          : [admittedFrom(tables, system, Math.max(dueAt, (leaseUntil ?? 0) + 1))],
      );
      for (const { handledAt, notBefore } of tables.webhooks.values()) {
        if (handledAt === null) times.push(notBefore ?? now);
      }
      return times.length > 0 ? Math.min(...times) : null;
    },
  };
}

function presentIn(tables: Tables): Present {
  return {
    products: [...tables.products.values()],
    skus: [...tables.skus.values()],
    records: [...tables.records.values()],
    findings: [...tables.findings.values()],
  };
}

function isServed(tables: Tables, code: string): boolean {
  const { link, mode } = tables.system(code);
  return link === 'LINKED' && mode === 'WRITE';
}

function isAdmitted(tables: Tables, code: string): boolean {
  return isServed(tables, code) && admissionOf(tables, code) !== 'SHUT';
}

function codesOf(rows: readonly { system: string }[]): string[] {
  return [...new Set(rows.map(({ system }) => system))].sort();
}
