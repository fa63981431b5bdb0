import type { Urgency } from './rate-budget.js';
import type { StockLine } from './stock-store.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { keptFault } from '../../domain/publishing/kept-fault.js';
import type { DeliveryFault, ObservedRecord, RecordEntity, RootRef } from '../../domain/publishing/system.js';

/** What a strong read of one root showed. `records` is null when the system says that the root is gone. */
export interface RootReading {
  root: RootRef;
  /** The root's own record first (where the system has product records), then every SKU record in it. */
  records: ObservedRecord[] | null;
}

/** How to find records of ours for which no id is stored, e.g. after a create whose answer was lost. */
export interface LookUp {
  productId: string;
  handle: string;
  codes: string[];
}

/** One record to be written. `values` holds only what shall change; on CREATE everything that the record is to show. */
export interface RecordWrite {
  entity: RecordEntity;
  /** Our id of the SKU or product. */
  id: string;
  /** SKU code or product handle. */
  code: string;
  action: 'CREATE' | 'UPDATE';
  /** The system's id; null on CREATE. */
  externalId: string | null;
  values: FieldValues;
  /** What the record showed when `values` were decided, for what a system changes entry by entry; not there on CREATE. */
  seen?: FieldValues;
  /** All that the record is to show, changed now or not, for what a system takes only together with something else. */
  projection?: FieldValues;
  /** Token of the reading that this write was decided on, where the system has tokens. */
  token: string | null;
  /** What the record bears there instead of `code`, be it only in other letters; a value `code` writes ours back. */
  presentCode?: string;
  /** The system's ids of the components that `values` names, by folded code; all of them, where `bundle.components` is written. */
  componentIds: ReadonlyMap<string, string>;
}

/** All writes of one product to one system, sent under one lease. */
export interface WriteCommand {
  /** Our id of this attempt: the idempotency key, where the system takes one. */
  attemptId: string;
  product: { id: string; handle: string; root: RootRef | null };
  writes: RecordWrite[];
  /** How many SKUs the product has, those included that the system is not to show. */
  skus: number;
  /** Seconds since the latest write of these records that was sent and of which nobody knows what became; null where there is none. */
  unsettledSeconds: number | null;
  /**
   * Called as soon as the system has begun work for these writes that goes on after its answer, with its id of that work,
   * and before it is waited for: what comes after a crash asks for it by this id.
   */
  begun(operation: string, writes: readonly RecordWrite[]): Promise<void>;
}

/** What became of one record. `observed` is the system's own answer after the write, or a strong read made right after it. */
export type RecordOutcome =
  | { id: string; entity: RecordEntity; written: true; observed: ObservedRecord }
  | { id: string; entity: RecordEntity; written: false; fault: DeliveryFault };

/** What a system can do, as its connector declares it: nobody asks what kind of system it is. */
export interface Capabilities {
  /** The system has product records beside SKU records (Shopify has, ERPs have not). */
  productRecords: boolean;
  /** Writes can be made conditional on what was read (If-Match); else a window of one round trip remains. */
  concurrencyToken: boolean;
  /** The system can be asked what has changed since a cursor: `changesSince` is there. */
  changeCursor: boolean;
  /** The system keeps what a bundle is made of. */
  kits: boolean;
  /** A kit there may hold a kit, so that one can be met. What is written holds simple SKUs only (design 4.4). */
  nestedKits: boolean;
  /** The system keeps stock on hand: `readStock` is there. */
  stock: boolean;
  /** The system names who changed a record. */
  attribution: boolean;
  /** How many products may be under way side by side, where it takes them quickly; not said: 4. */
  lanes?: number;
  /** What lanes ask at the same time goes out as one call: there are always `lanes` of them, however long it takes. */
  gathers?: boolean;
  /** A record's code can be written, under the value `code`; left out: it cannot, and is put right in the system itself. */
  recodes?: boolean;
  /** Fields that the system itself sets anew while it takes what a bundle is made of. */
  resetByComposing: readonly string[];
  /** Products whose writes the system takes in one call; more than 1: `writeMany` is there. */
  productsPerWrite: number;
}

/** Some dozens of neighbouring records of a scan, not looked into yet. */
export interface ScanPiece {
  /** The same text as long as the system shows the same of them; what changes with every order there is left out. */
  fingerprint: string;
  /** How many records it holds. */
  count: number;
  /** @throws ConnectorError where it cannot be read: the scan is not complete then. */
  records: () => ObservedRecord[];
}

/** A scan that may be resumed by another process. */
export interface ScanWork {
  signal?: AbortSignal;
  /** The system's own id of the work that an earlier run of this scan began there; null: none, or none that is good any more. */
  operation: string | null;
  /** Called as soon as the system has begun such work, and before it is waited for. */
  begun: (operation: string) => Promise<void>;
}

/** One page of what has changed. */
export interface ChangePage {
  /**
   * As they are now; of a product that is named all records, so that a variant which is not among them is gone. A record may
   * come again, in this page or a later one: whoever asked compares values.
   */
  records: ObservedRecord[];
  /** Roots that the system names as deleted; most keep no trace of those, and then only a full scan tells. */
  gone: RootRef[];
  /** Where to go on behind this page; this system's own words, good after restarts and across processes. */
  cursor: string;
}

/** One thing that was looked at in a system's settings and in the system itself. */
export interface Check {
  /** What it is about: token, scopes, webhooks, … */
  subject: string;
  /** WARNING: something of what the service does there will not work. FAILED: nothing will. */
  state: 'OK' | 'WARNING' | 'FAILED';
  message: string;
  /** What to do about it; null where all is well. */
  remedy: string | null;
}

/** What the rest of the settings promises of a system. */
export interface Expectations {
  /** Where its webhooks are to arrive. */
  webhookUrl: string;
  /** ISO 4217. */
  currency: string;
}

/**
 * Speaks one kind of system's language; knows nothing of deliveries, findings or rules.
 * Every method throws ConnectorError and nothing else for what the system or the network did.
 * Every call ends within 20 s per HTTP exchange. With an ERP, never more of them are under way in one process than its
 * `concurrency`, whoever asked; a shop is paced by its own budget.
 * test/connectors/contract holds every connector to all that is said here.
 */
export interface Connector {
  readonly capabilities: Capabilities;
  /** Strong reads by id, in the order asked, one reading per root. At most 250 roots a call. */
  readRoots(roots: RootRef[], signal?: AbortSignal): Promise<RootReading[]>;
  /**
   * Strong look-up by whatever the system finds our records by (custom id, handle, code), those that are out of use
   * included; empty when there is none. Where there are no product records, codes of several products may be asked at once.
   */
  lookUp(query: LookUp, signal?: AbortSignal): Promise<ObservedRecord[]>;
  /**
   * One outcome per write, in any order. A fault of one record never hides another's outcome. Sent twice, a write leaves
   * one record behind: the second is answered with the first one's record, or with CONFLICT.
   */
  write(command: WriteCommand, signal?: AbortSignal): Promise<RecordOutcome[]>;
  /** Writes of several products, at most `productsPerWrite`: for each command what `write` would answer, in their order. */
  writeMany?(commands: readonly WriteCommand[], signal?: AbortSignal): Promise<RecordOutcome[][]>;
  /** Which of these works (`WriteCommand.begun`) still go on; not there where every answer is the end of its work. */
  stillRunning?(operations: readonly string[], signal?: AbortSignal): Promise<string[]>;
  /** Every record of the system, in batches. Ends normally only when it was complete; a partial scan throws. */
  scan(signal?: AbortSignal): AsyncIterable<ObservedRecord[]>;
  /**
   * The same in pieces, which end where `endsPiece` says, so that whoever knows a piece from before need not look into it;
   * not there where nothing is gained by not looking. What the system has begun for this very scan is not begun again.
   */
  scanPieces?(work: ScanWork): AsyncIterable<ScanPiece[]>;
  /**
   * What has changed since a cursor, at least once each, whatever instants changes share and however the system's clock was
   * set meanwhile; it may lag behind, and what the system keeps no trace of it leaves out, so that it never replaces a full
   * scan. Null: from about now on. At least one page; ends normally only when all was told.
   */
  changesSince?(cursor: string | null, signal?: AbortSignal): AsyncIterable<ChangePage>;
  /** Stock on hand of everything, in batches; not there where the system keeps none. Ends normally only when it was complete. */
  readStock?(signal?: AbortSignal): AsyncIterable<StockLine[]>;
  /** Looks whether all is there that it takes to work with the system, and changes nothing. Throws nothing. */
  diagnose?(expectations: Expectations, signal?: AbortSignal): Promise<Check[]>;
  /** Null where the system cannot call us. */
  readonly webhooks: WebhookSide | null;
}

export interface WebhookSide {
  /** Is this raw body signed with the current secret, or the previous one during rotation? Constant time. */
  isAuthentic(headers: Record<string, string | undefined>, rawBody: Buffer): boolean;
  /** Topics that tell of what is governed. */
  readonly topics: readonly string[];
  /**
   * What a webhook says to look at again: a root, or something in one, of which `placesOf` knows where it is; null when its
   * topic is none of ours. Throws on a body that is not what the topic promises.
   */
  rootOf(topic: string, rawBody: Buffer): RootRef | null;
  /**
   * For each that webhooks named, in their order, the roots that it is in: a root is in itself, and of anything else the
   * system is asked, for all of them in few calls. None: it is gone, and its root is told of by itself. @throws ConnectorError
   */
  placesOf(named: readonly RootRef[]): Promise<RootRef[][]>;
  /** Makes sure that every topic is subscribed to `uri`. @throws ConnectorError only before it looked. */
  ensureSubscriptions(uri: string): Promise<Subscribing>;
}

/** What a look after subscriptions came to. */
export interface Subscribing {
  /** Topics that are subscribed by now. */
  there: string[];
  /** Those that were not there whole, and were made or mended; also where the answer was lost and it may have been. */
  mended: string[];
  /** What kept it from the rest; null where nothing did. */
  fault: DeliveryFault | null;
}

/** The only error that leaves a connector. Its fault is as it may be kept, so that whoever logs or stores it gives no secret away. */
export class ConnectorError extends Error {
  readonly fault: DeliveryFault;

  constructor(fault: DeliveryFault) {
    const kept = keptFault(fault);
    super(kept.message);
    this.fault = kept;
    this.name = 'ConnectorError';
  }
}

/**
 * Finds the connector of a system by its code. `urgency`: for whom it is asked, where several share a rate budget; PUBLISH
 * unless said otherwise.
 */
export interface ConnectorRegistry {
  /** Null for a system that is not configured, or no longer: it is still known by its records, and nobody here can reach it. */
  find(system: string, urgency?: Urgency): Connector | null;
  /** Where it has to be there. @throws for a system that is not configured. */
  of(system: string, urgency?: Urgency): Connector;
}

/** A registry by the one thing that it has to know: which connector a system has. */
export function registryOf(find: ConnectorRegistry['find']): ConnectorRegistry {
  return {
    find,
    of(system, urgency) {
      const found = find(system, urgency);
      if (!found) throw new Error(`system ${system} is not configured`);
      return found;
    },
  };
}
