import { ConnectorError } from '../../application/ports/connector.js';
import { faultOf } from '../faults.js';

/**
 * Systems put a change where a reader can see it some time after the instant that they write on it: a search index lags, a
 * transaction commits late, a second machine's clock is behind. So every reading begins so far before the newest change told.
 */
const OVERLAP_MS = 5 * 60_000;
const MARK = 'changed-at:';

/** How far the changes have been told: the newest instant that the system itself wrote on one. No clock of ours is in it. */
export class ChangeCursor {
  private constructor(private newest: number) {}

  /** @throws ConnectorError VALIDATION for a text that is no cursor of ours. */
  static from(text: string): ChangeCursor {
    const at = text.startsWith(MARK) ? Date.parse(text.slice(MARK.length)) : Number.NaN;
    if (Number.isNaN(at)) throw new ConnectorError(faultOf('VALIDATION', 'not a cursor of this connector'));
    return new ChangeCursor(at);
  }

  static at(milliseconds: number): ChangeCursor {
    return new ChangeCursor(milliseconds);
  }

  /** Whatever changed from here on, this instant included, is to be asked for. */
  get since(): string {
    return new Date(Math.max(0, this.newest - OVERLAP_MS)).toISOString();
  }

  /** An instant that cannot be read moves nothing: that record is told again, and none is left out. */
  told(updatedAt: string | null): void {
    const at = updatedAt === null ? Number.NaN : Date.parse(updatedAt);
    if (at > this.newest) this.newest = at;
  }

  toString(): string {
    return `${MARK}${new Date(this.newest).toISOString()}`;
  }
}
