import type { FieldValues } from '../../domain/primitives/json.js';
import type { RootRef } from '../../domain/publishing/system.js';
import type { WrittenRevision } from './catalog-store.js';

/** How a record stands with the master: WAITING for a scan to match it, or known to be there, or owed, or gone. */
export type RecordMatch = 'WAITING' | 'MATCHED' | 'TO_CREATE' | 'MISSING';

/** Records, in one transaction. */
export interface RecordStore {
  /**
   * A record in every system for what was written and has none yet. `TO_CREATE`: it is new and ours to bring there;
   * `WAITING`: it may be there already, so nothing is created before a scan has looked.
   */
  ensure(written: readonly WrittenRevision[], match: 'TO_CREATE' | 'WAITING'): Promise<void>;
  /**
   * Locks every record that a request could write, by id and until the transaction ends: those of the products, of whatever
   * holds a SKU whose composition it sets, and those whose findings it adopts. Nobody opens a finding on them meanwhile.
   */
  lock(reach: {
    productIds: readonly string[];
    composedIds: readonly string[];
    requestId: string | null;
  }): Promise<void>;
  /** Lets records that a system lacks be created there. Answers their ids. */
  allowCreation(system: string, recordIds: readonly string[] | 'ALL_MISSING'): Promise<string[]>;
  /** Whoever had let them be created has thought better of it: what has not been created by now is missing as before. */
  takeBackCreation(recordIds: readonly string[]): Promise<void>;
  /** What counts as published of each record; locks nothing. */
  published(recordIds: readonly string[]): Promise<Map<string, FieldValues>>;
  /** Handles of the master's products that are in these roots, by `<system>|<root id>`; a root that holds none is left out. */
  productsAt(roots: readonly { system: string; rootId: string }[]): Promise<Map<string, string>>;
  /** After an adoption: a stranger's record is its new SKU's from now on, with what it showed as what was last published. */
  adoptStrangers(
    strangers: readonly { system: string; code: string; externalId: string; root: RootRef; base: FieldValues }[],
  ): Promise<void>;
  /** After an adoption: what was found there is now what was last published. */
  adoptBase(values: readonly { recordId: string; field: string; value: unknown }[]): Promise<void>;
}
