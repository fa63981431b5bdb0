/** How far a request with a canary has come in one system. */
export const CANARY_STATES = ['FIRST', 'REST', 'STOPPED', 'CONTINUED', 'GIVEN_UP', 'FINISHED'] as const;
export type CanaryState = (typeof CANARY_STATES)[number];

/** When a request goes to a few records of a system before all others, and what stops it. */
export interface CanaryRule {
  /** A request that touches more records than this, in all systems together, has a canary in each. */
  above: number;
  /** Per cent of a system's records that go first; at least one. */
  firstPercent: number;
  /** It stops where at least this share of what has ended, in per cent, died; and never without an error. */
  stopPercent: number;
}

/** What has become of the deliveries of a request in one system, or of those that went first. Superseded ones count nowhere. */
export interface CanaryCounts {
  waiting: number;
  /** Cannot be tried, for how long nobody knows: their record is gone from the system, or is not matched. */
  putOff: number;
  delivered: number;
  /** Of the delivered, those that tell something: on whose record no finding kept what was owed from being written. */
  told: number;
  dead: number;
}

/** No product. */
const NONE: ReadonlySet<string> = new Set();

/**
 * Products whose records go first: whole products, because one is published as one, spread over all of them, until they
 * make up the share. Pure: the same records, the same products.
 * @param lacking products that cannot be tried before others of them are there: taken where there is nothing else.
 */
export function firstProducts(
  productIds: readonly string[],
  { firstPercent }: CanaryRule,
  lacking: ReadonlySet<string> = NONE,
): Set<string> {
  return spreadProducts(productIds, Math.max(1, Math.ceil((productIds.length * firstPercent) / 100)), lacking);
}

/** As `firstProducts`, of so many records: others in the place of those that went first and cannot be tried. */
export function spreadProducts(
  all: readonly string[],
  wanted: number,
  lacking: ReadonlySet<string> = NONE,
): Set<string> {
  const able = all.filter((id) => !lacking.has(id));
  const productIds = able.length > 0 ? able : all;
  const sizes = new Map<string, number>();
  for (const id of productIds) sizes.set(id, (sizes.get(id) ?? 0) + 1);
  const products = [...sizes.keys()].toSorted();
  const first = new Set<string>();
  let records = 0;
  // Ids sort by age, so that a stride takes old products and new ones alike.
  const stride = Math.max(1, Math.floor(products.length / wanted));
  for (let offset = 0; offset < stride && records < wanted; offset += 1) {
    for (let at = offset; at < products.length && records < wanted; at += stride) {
      const id = products[at] ?? '';
      first.add(id);
      records += sizes.get(id) ?? 0;
    }
  }
  return first;
}

/**
 * What is to be done with a canary. In FIRST, all that went first has to end before the rest may follow; an error share that
 * is reached stops it at once, there and while the rest is under way. What an operator continued is not stopped again.
 * Nothing waits for what cannot be tried, and nothing follows what was not: where none of the first was (its records are gone or
 * held by findings, or a later request took its place), others go first (REDRAW), as soon as any can.
 * @param first counts of what went first; @param all of the whole request in the system.
 */
export function canaryStep(
  state: CanaryState,
  first: CanaryCounts,
  all: CanaryCounts,
  rule: Pick<CanaryRule, 'stopPercent'>,
): 'WAIT' | 'RELEASE' | 'REDRAW' | 'STOP' | 'FINISH' {
  switch (state) {
    case 'FIRST':
      // Whatever is still to come could lower the share, but not by more than if all of it arrived.
      if (failing(first, first.waiting, rule)) return 'STOP';
      if (first.waiting > 0) return 'WAIT';
      if (first.told + first.dead > 0) return 'RELEASE';
      // Nothing of the first has told anything: it cannot be tried, nothing was written, or something else took its place.
      if (all.waiting > 0) return 'REDRAW';
      return all.putOff > 0 ? 'WAIT' : 'FINISH';
    case 'REST':
      if (failing(all, 0, rule)) return 'STOP';
      return all.waiting > 0 ? 'WAIT' : 'FINISH';
    case 'CONTINUED':
      return all.waiting > 0 ? 'WAIT' : 'FINISH';
    case 'STOPPED':
      // Nobody is asked to decide on what is no more: later requests took the place of all that was held.
      return all.waiting + all.putOff > 0 ? 'WAIT' : 'FINISH';
    case 'GIVEN_UP':
    case 'FINISHED':
      return 'WAIT';
  }
}

function failing(
  { delivered, dead }: CanaryCounts,
  yet: number,
  { stopPercent }: Pick<CanaryRule, 'stopPercent'>,
): boolean {
  return dead > 0 && (dead * 100) / (delivered + dead + yet) >= stopPercent;
}
