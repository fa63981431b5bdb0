const FIELDS: readonly { name: string; least: number; most: number; names: readonly string[] }[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/** What is wrong with a line of five cron fields (lists, ranges and steps of numbers or names); null where nothing is. */
export function cronFault(line: string): string | null {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return 'five fields are wanted: minute, hour, day, month, day of the week';
  for (const [at, field] of FIELDS.entries()) {
    const isSound = (parts[at] ?? '').split(',').every((item) => isItem(item, field));
    if (!isSound) return `${parts[at]} is no ${field.name}`;
  }
  return null;
}

function isItem(item: string, field: (typeof FIELDS)[number]): boolean {
  const match = /^(\*|\w+(?:-\w+)?)(?:\/(\d+))?$/.exec(item);
  if (!match || match[2] === '0') return false;
  if (match[1] === '*') return true;
  const [from, to = from] = (match[1] ?? '').split('-').map((text) => valueOf(text, field));
  return from !== undefined && to !== undefined && from !== null && to !== null && from <= to;
}

function valueOf(text: string, { least, most, names }: (typeof FIELDS)[number]): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  const value = Number(text);
  return /^\d{1,2}$/.test(text) && value >= least && value <= most ? value : null;
}
