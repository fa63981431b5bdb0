import { cpus } from 'node:os';

/** What stands at a share of sorted values: 0.5 is the median, 0.95 what one in twenty is above. 0 where there are none. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The value in the middle; the upper one of two. */
export function median(values) {
  return quantile(values, 0.5);
}

/** Milliseconds of each of `count` calls one after the other, after `warmUp` that are not told. */
export async function timesOf(count, call, warmUp = 0) {
  for (let index = 0; index < warmUp; index += 1) await call(index);
  const took = [];
  for (let index = 0; index < count; index += 1) took.push((await timed(() => call(index))).ms);
  return took;
}

/** What a call answers, and its milliseconds. */
export async function timed(call) {
  const since = performance.now();
  const value = await call();
  return { ms: performance.now() - since, value };
}

/** What the figures were measured on. */
export function machine() {
  return `node ${process.version}, ${cpus().length} cores`;
}
