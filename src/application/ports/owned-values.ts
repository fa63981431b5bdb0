import type { FindingDraft, ObservationSource } from '../../domain/drift/finding.js';

/** Where what a system says of fields that it owns goes into the master. */
export interface OwnedValues {
  /**
   * Takes the values over, in transactions of its own. Whatever does not go in is a finding; whatever was seen to be
   * something else meanwhile is left to whoever saw that.
   */
  takeOver(system: string, values: readonly FindingDraft[], source: ObservationSource): Promise<void>;
}
