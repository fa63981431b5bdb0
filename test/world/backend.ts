import type { CatalogStore } from '../../src/application/ports/catalog-store.js';
import type { DeliveryStore } from '../../src/application/ports/delivery-store.js';
import type { ObservationStore } from '../../src/application/ports/observation-store.js';
import type { PublishingQueue } from '../../src/application/ports/publishing-queue.js';
import type { RecordMatch } from '../../src/application/ports/record-store.js';
import type { ScanStore } from '../../src/application/ports/scan-store.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import type { DriftKind, DriftState } from '../../src/domain/drift/finding.js';
import type { FieldValues, Json } from '../../src/domain/primitives/json.js';
import type { DeliveryState } from '../../src/domain/publishing/delivery-state.js';
import type { GovernedSystem, RecordEntity } from '../../src/domain/publishing/system.js';
import type { WorldRecords } from './memory/desk-stores.js';
import type { WorldFindings } from './memory/findings.js';
import type { Transition } from './memory/tables.js';

/** The stores of one transaction, as far as the people of the simulated world need them. */
export interface DeskStores {
  catalog: Pick<CatalogStore, 'write'>;
  records: WorldRecords;
  deliveries: Pick<DeliveryStore, 'enqueue' | 'enqueueRecords' | 'retry' | 'setLink'>;
  findings: WorldFindings;
}

export interface SeenRecord {
  id: string;
  system: string;
  entity: RecordEntity;
  productId: string;
  skuId: string | null;
  externalId: string | null;
  match: RecordMatch;
  published: FieldValues | null;
}

export interface SeenDelivery {
  id: string;
  system: string;
  entity: RecordEntity;
  productId: string;
  skuId: string | null;
  target: string;
  state: DeliveryState;
  revision: number;
}

export interface SeenFinding {
  id: string;
  system: string;
  kind: DriftKind;
  state: DriftState;
  recordId: string | null;
  field: string | null;
  found: Json;
}

/** What people at the desk see. */
export interface Present {
  products: Product[];
  skus: Sku[];
  records: SeenRecord[];
  findings: SeenFinding[];
}

/** All that the rules of the world are held against. */
export interface Inspection extends Present {
  deliveries: SeenDelivery[];
  transitions: Transition[];
}

/** Where the master of a simulated world keeps its rows: in memory, or in PostgreSQL. */
export interface Backend {
  queue: PublishingQueue;
  observations: ObservationStore;
  scans: ScanStore;
  newId: () => string;
  /** The time of day there is this from now on; milliseconds since 1970. */
  setTime(now: number): Promise<void>;
  /** One transaction. */
  transact<T>(work: (stores: DeskStores) => Promise<T>): Promise<T>;
  systems(): Promise<GovernedSystem[]>;
  present(): Promise<Present>;
  inspect(): Promise<Inspection>;
  /** Every value that a finding on this field ever held, whatever became of the finding, and whether the record has an id there. */
  heldValues(
    system: string,
    entity: RecordEntity,
    code: string,
    field: string,
  ): Promise<{ isLinked: boolean; values: Json[] }>;
  /** Systems with a due delivery that nobody holds, and systems with something in their inbox. */
  due(): Promise<{ lanes: string[]; inboxes: string[] }>;
  /** When something of that will be due at the soonest; null: nothing is to come. */
  nextDue(): Promise<number | null>;
}
