/** Chance that can be repeated: the same seed gives the same faults, losses and orders. */
export class SeededRandom {
  private state = 0;

  constructor(seed = 1) {
    this.seed(seed);
  }

  seed(seed: number): void {
    this.state = seed >>> 0;
  }

  /** From 0 to just below 1 (mulberry32). */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
