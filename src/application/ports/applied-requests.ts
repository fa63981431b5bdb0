import type { TouchedThing } from '../../domain/approvals/touched.js';

/** A request of the past as approval rules see it. */
export interface AppliedRequest {
  id: string;
  number: string;
  authorPartyId: string | null;
  touched: TouchedThing[];
}

/** What was applied lately, for trying rules on it. */
export interface AppliedRequests {
  /**
   * The newest applied requests since an instant, newest first, as many whole ones as have at most so many changes
   * together; and how many older ones are left out. What they touched is as their revisions have it; where a request did not
   * change the type or the vendor of a SKU, they are those of now.
   */
  lately(since: Date, changes: number): Promise<{ requests: AppliedRequest[]; left: number }>;
}
