import { ConnectorError } from '../../application/ports/connector.js';
import { faultOf } from '../faults.js';

/**
 * How far back behind the cursor is asked again. Items are stamped before they are committed, several may bear one stamp, and
 * a clock may be put back; what comes twice is compared twice, and harms nobody.
 */
const OVERLAP_SECONDS = 600;
const CURSOR = /^since:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** The latest moment at which the ERP is known to have changed something, by the ERP's own clock; it never goes back. */
export class ChangeCursor {
  private latest: number;

  private constructor(private readonly given: number) {
    this.latest = given;
  }

  /** From about now on: by whichever clock is behind, so that no change is older than where the feed begins. */
  static from(now: Date, theirs: Date | null): ChangeCursor {
    return new ChangeCursor(Math.min(now.getTime(), theirs?.getTime() ?? now.getTime()));
  }

  /** @throws ConnectorError VALIDATION for what is no cursor of this connector. */
  static read(text: string): ChangeCursor {
    const instant = Date.parse(CURSOR.exec(text)?.[1] ?? '');
    if (Number.isNaN(instant)) throw new ConnectorError(faultOf('VALIDATION', `"${text.slice(0, 80)}" is no cursor`));
    return new ChangeCursor(instant);
  }

  /** What `updatedSince` is to be. */
  askFrom(): string {
    return new Date(this.given - OVERLAP_SECONDS * 1_000).toISOString();
  }

  /** An item that was told. A stamp of the future is a wrong clock's: behind it, nothing would be told for a long time. */
  saw(updatedAt: string | null, now: Date): void {
    const at = Date.parse(updatedAt ?? '');
    if (!Number.isNaN(at)) this.latest = Math.max(this.latest, Math.min(at, now.getTime()));
  }

  /** Where to go on after a page in the middle of a listing: pages come by id, so an older change may still be to come. */
  unmoved(): string {
    return textOf(this.given);
  }

  /** Where to go on once all was told. */
  moved(): string {
    return textOf(this.latest);
  }
}

function textOf(instant: number): string {
  return `since:${new Date(instant).toISOString()}`;
}
