/** How the audit writes figures: for readers of English, with units, and never a bare dash where a word says why. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAY_MS = 86_400_000;

export function whole(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 finding", "2,310 findings" */
export function howMany(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * A share of 0 to 1 as a percentage with one decimal. Rounding never makes something nothing, nor almost all
 * everything: an auditor reads "100%" as "without exception".
 */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100}%`;
  if (share < 0.001) return '<0.1%';
  if (share > 0.999) return '>99.9%';
  return `${(share * 100).toFixed(1)}%`;
}

export function oneDecimal(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Hours under two days, days above; never "0.0 h" for something that took a minute. */
export function duration(hours: number): string {
  if (hours < 0.1) return `${Math.round(hours * 60)} min`;
  return hours < 48 ? `${oneDecimal(hours)} h` : `${oneDecimal(hours / 24)} days`;
}

/** "23 November 2026" */
export function day(instant: Date): string {
  return `${instant.getUTCDate()} ${MONTHS[instant.getUTCMonth()] ?? ''} ${instant.getUTCFullYear()}`;
}

/** "23 Nov 2026, 20:32": for tables; the page says once that all times are UTC. */
export function shortTime(instant: Date): string {
  const month = MONTHS[instant.getUTCMonth()]?.slice(0, 3) ?? '';
  const clock = instant.toISOString().slice(11, 16);
  return `${instant.getUTCDate()} ${month} ${instant.getUTCFullYear()}, ${clock}`;
}

/** "1 October to 31 December 2026"; `until` is the first instant after. */
export function period(from: Date, until: Date): string {
  const last = new Date(until.getTime() - DAY_MS);
  return `${from.getUTCDate()} ${MONTHS[from.getUTCMonth()] ?? ''} to ${day(last)}`;
}

/** "+12", "−3", "no change": how a figure moved against the quarter before. */
export function moved(now: number, before: number, write: (value: number) => string): string {
  const size = write(Math.abs(now - before));
  // Compared as written: a difference that the reader cannot see is none.
  if (size === write(0)) return 'no change';
  return `${now > before ? '+' : '−'}${size}`;
}
