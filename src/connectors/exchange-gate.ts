/**
 * At most so many exchanges with one system at a time, in the order in which they asked: one gate for all that a process
 * asks of it, so that lanes, scans and looks beside each other never add up to more than the system's owner allowed.
 * Other processes have gates of their own.
 */
export class ExchangeGate {
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limit: number) {}

  /** Runs one exchange once there is room; one that is broken off while it waits has never begun. */
  async pass<T>(exchange: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.underWay < this.limit) this.underWay += 1;
    else await this.turn(signal);
    try {
      return await exchange();
    } finally {
      // Whoever waits longest takes the place over; only where nobody does is it free.
      const next = this.waiting.shift();
      if (next) next();
      else this.underWay -= 1;
    }
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(signal?.reason);
      };
      this.waiting.push(begin);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
