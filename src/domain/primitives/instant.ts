/** RFC 3339 with seconds and an offset; what `Date` alone would take ("2026", "1 May") is none. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})(T(\d{2}):\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;
/** Years of four digits: beyond them neither RFC 3339 nor PostgreSQL's own text has a form. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A moment to the microsecond, which is what PostgreSQL keeps; `Date` alone ends at the millisecond, so that a revision's
 * instant would read back as a moment before it. It is a `Date` in every other way.
 */
export class Instant extends Date {
  readonly #micros: number;

  /**
   * @param milliseconds since 1970, as `Date` takes them.
   * @param micros what goes beyond the millisecond, 0 to 999.
   */
  constructor(milliseconds: number, micros = 0) {
    super(milliseconds);
    this.#micros = micros;
  }

  /**
   * The instant of RFC 3339 text with seconds and an offset; null for anything else, the 30th of February included.
   * Digits after the sixth are cut off: an instant that is asked about is never moved past one that was told.
   */
  static read(text: string): Instant | null {
    const [, year, month, day, time, hour, fraction = '', offset] = RFC_3339.exec(text.toUpperCase()) ?? [];
    if (year === undefined) return null;
    // `Date` rolls 30 February over into March, and 24:00 into the next day; such a time is none.
    const calendar = new Date(`${year}-${month}-${day}T00:00:00Z`);
    if (calendar.getUTCDate() !== Number(day) || Number(hour) > 23) return null;
    const seconds = Date.parse(`${year}-${month}-${day}${time}${offset}`);
    return Number.isNaN(seconds) || seconds < FIRST_MS || seconds > LAST_MS ? null : Instant.at(seconds, fraction);
  }

  /** @param fraction digits after the point of a second, none for a whole one. */
  static at(wholeSecondMs: number, fraction: string): Instant {
    const digits = fraction.slice(0, 6).padEnd(6, '0');
    return new Instant(wholeSecondMs + Number(digits.slice(0, 3)), Number(digits.slice(3)));
  }

  /** UTC with three digits after the second, or six where the microseconds are not zero. JSON gets the same. */
  override toISOString(): string {
    const text = super.toISOString();
    return this.#micros === 0 ? text : `${text.slice(0, -1)}${String(this.#micros).padStart(3, '0')}Z`;
  }

  /**
   * Milliseconds with the microseconds as a fraction, so that `<` and `>` are exact (a double tells microseconds apart
   * until the year 2248). `getTime` stays whole.
   */
  override valueOf(): number {
    return super.valueOf() + this.#micros / 1_000;
  }
}
