/** A calendar quarter in UTC, whatever the zone of those who read it: one audit, one set of figures. */
export interface Quarter {
  /** "2026-Q4" */
  id: string;
  /** First instant of it. */
  start: Date;
  /** First instant after it. */
  end: Date;
}

/** An ISO 8601 week: Monday 00:00 UTC up to the next Monday. */
export interface IsoWeek {
  /** "2026-W47"; the year is that of the week's Thursday, so it can differ from the year of its Monday or Sunday. */
  id: string;
  start: Date;
  /** First instant after it. */
  end: Date;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
// Four digits from 1000 on: Date.UTC reads years below 100 as 19xx.
const QUARTER = /^([1-9]\d{3})-Q([1-4])$/;

function quarterOf(year: number, index: number): Quarter {
  return {
    id: `${String(year).padStart(4, '0')}-Q${index + 1}`,
    start: new Date(Date.UTC(year, index * 3, 1)),
    end: new Date(Date.UTC(year, index * 3 + 3, 1)),
  };
}

/** Reads "2026-Q4"; null for anything else. */
export function parseQuarter(text: string): Quarter | null {
  const match = QUARTER.exec(text);
  return match ? quarterOf(Number(match[1]), Number(match[2]) - 1) : null;
}

/** The quarter that an instant falls in; its first instant is in, its end is not. */
export function quarterAt(instant: Date): Quarter {
  return quarterOf(instant.getUTCFullYear(), Math.floor(instant.getUTCMonth() / 3));
}

export function quarterBefore(quarter: Quarter): Quarter {
  return quarterAt(new Date(quarter.start.getTime() - 1));
}

/** The ISO week of an instant: weeks begin on Monday and belong to the year that holds their Thursday (ISO 8601). */
export function isoWeekAt(instant: Date): IsoWeek {
  const midnight = Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth(), instant.getUTCDate());
  const monday = midnight - ((instant.getUTCDay() + 6) % 7) * DAY_MS;
  const thursday = new Date(monday + 3 * DAY_MS);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / WEEK_MS) + 1;
  return {
    id: `${String(year).padStart(4, '0')}-W${String(number).padStart(2, '0')}`,
    start: new Date(monday),
    end: new Date(monday + WEEK_MS),
  };
}

/**
 * The ISO weeks of a quarter, in order, each cut to it: the first and the last may be shorter than seven days, so
 * that counts by week add up to those of the quarter. At most 15.
 */
export function weeksOf(quarter: Quarter): IsoWeek[] {
  const weeks: IsoWeek[] = [];
  for (let at = quarter.start; at < quarter.end;) {
    const week = isoWeekAt(at);
    weeks.push({ id: week.id, start: at, end: week.end < quarter.end ? week.end : quarter.end });
    at = week.end;
  }
  return weeks;
}
