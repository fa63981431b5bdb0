import type { StockLevel } from '../../domain/gates/gate.js';

/** What one page of an ERP's stock list said: by the ERP's own code of the item. */
export interface StockLine {
  code: string;
  /** Exact decimal; null where the ERP's answer could not be read as one. */
  onHand: string | null;
}

/** Stock on hand as ERPs last reported it: read, never owned. Each method is a transaction of its own. */
export interface StockStore {
  /** By SKU id; nothing for a SKU that no ERP has reported. */
  levelsOfSkus(skuIds: readonly string[]): Promise<Map<string, StockLevel[]>>;
  /** Takes one page in; answers how many lines name no SKU of ours. Of a code that comes twice, the last line counts. */
  take(system: string, lines: readonly StockLine[]): Promise<{ strangers: number }>;
  /**
   * A report that was complete and began at `since` named everything that there is: what it did not name is known no
   * longer. What it named and nobody could read keeps its older figure, under its older date.
   */
  forgetUnnamed(system: string, since: Date, unreadable: readonly string[]): Promise<void>;
}
