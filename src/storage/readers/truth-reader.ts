import type { ActingRules, TruthReader } from '../../application/ports/truth-store.js';
import type { SourceOfTruth } from '../../domain/truth/standing.js';
import { Gathered } from '../gathered.js';

/** Callers of one moment that share a reading. */
const AT_ONCE = 1_000;

/**
 * The matrix outside of any transaction. Whoever publishes asks for it lane by lane: those who ask at the same time share
 * one reading, which begins after all of them have asked, so that nobody is told what held before.
 */
export class SharedTruthReader implements TruthReader {
  private readonly rules: Gathered<null, ActingRules>;

  constructor(private readonly store: TruthReader) {
    this.rules = new Gathered(async (calls) => {
      const rules = await store.acting();
      return calls.map(() => rules);
    }, AT_ONCE);
  }

  version(version: number | null): Promise<SourceOfTruth | null> {
    return this.store.version(version);
  }

  acting(): Promise<ActingRules> {
    return this.rules.call(null);
  }
}
