import type { Source } from '../data-source.js';

export const WAKE_CHANNEL = 'skuward_sequencer';

/**
 * Tells the sequencer, in whatever process it is, that there is something to number. Sent right after the commit and not
 * in the transaction: PostgreSQL lets only one transaction with a NOTIFY commit at a time in the whole server, and eight
 * writers then commit half as often (bench/feed.mjs). A message that is lost costs 200 ms, the
 * sequencer's own pace, or five seconds where nothing has happened for a while.
 */
export class SequencerWake {
  #sending = false;
  #again = false;

  constructor(private readonly source: Source) {}

  /** Does not wait and never fails; calls while one is under way become one more. */
  now(): void {
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    void this.#send();
  }

  async #send(): Promise<void> {
    do {
      this.#again = false;
      await this.source.query(`notify ${WAKE_CHANNEL}`).catch(() => undefined);
    } while (this.#again);
    this.#sending = false;
  }
}
