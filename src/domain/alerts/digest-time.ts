/**
 * Whether a day's digest is due: the day where the house is, and whether its clock has passed the time. Told by what the
 * clock on the wall shows, so that a day on which 02:30 comes twice has one digest, and one on which it does not come at
 * all has its own as soon as the clock is past it. Yesterday's is never due: a digest tells how things stand now.
 * @param at HH:MM. @param zone IANA name.
 */
export function digestDue(now: Date, at: string, zone: string): { date: string; isDue: boolean } {
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string => shown.find((each) => each.type === type)?.value ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return { date, isDue: `${part('hour')}:${part('minute')}` >= at };
}

/** Is this the name of a time zone that can be reckoned in? */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
