import type { Actor } from '../../domain/actor.js';
import type { LifecycleState } from '../../domain/catalog/lifecycle.js';
import type { NamingFacts } from '../../domain/naming/segment.js';
import type { CodeTemplate } from '../../domain/naming/propose-code.js';

/** A SKU's code, and what policies know of it. */
export interface CodeToJudge {
  skuId: string;
  code: string;
  state: LifecycleState;
  facts: NamingFacts;
}

/** Reads codes for judging, in order of the folded code. */
export interface NamingReader {
  /** The next `limit` codes behind `after` (a folded code; '' from the start). */
  codes(after: string, limit: number): Promise<CodeToJudge[]>;
}

/** Why a code is nobody's to take. */
export interface CodeObstacle {
  /** Folded. */
  code: string;
  why: 'TAKEN' | 'PROPOSED' | 'RESERVED' | 'LOOKS_LIKE';
  /** The SKU's code, the change request's number, the holder's name, or the code that it looks like. */
  by: string;
  /** Who holds it, where it is RESERVED. */
  partyId: string | null;
}

/** Codes that are given out, in one transaction. */
export interface NamingStore extends NamingReader {
  /** Until the transaction ends, nobody else proposes codes of this series; waits for whoever does. */
  lockSeries(template: CodeTemplate): Promise<void>;
  /** The highest number of a series that a SKU, an open change request or a live reservation bears; 0 where none does. */
  highest(template: CodeTemplate): Promise<number>;
  /** Everything that stands in the way of these codes, in one statement. */
  obstacles(codes: readonly string[]): Promise<CodeObstacle[]>;
  /**
   * Keeps codes for a party for so many hours, and drops what has expired. `again`: what the party holds already it gets
   * anew.
   * @returns the codes that it got (another reservation that has not expired stands in the way of the others), and until when.
   */
  reserve(
    codes: readonly string[],
    holder: Actor & { partyId: string },
    options: { hours: number; again: boolean },
  ): Promise<{ codes: string[]; until: Date }>;
}
