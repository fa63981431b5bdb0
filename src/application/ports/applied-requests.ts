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
   * together. What they touched is as their revisions have it; types and vendors are those of now.
   */
  lately(since: Date, changes: number): Promise<AppliedRequest[]>;
}
