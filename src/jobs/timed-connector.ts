import type { Connector } from '../application/ports/connector.js';

/** A connector as it is, and how long its system has taken to answer so far: not what we ourselves took in between. */
export function timedConnector(connector: Connector): { connector: Connector; spentMs: () => number } {
  let spent = 0;
  const timed =
    <A extends unknown[], T>(ask: (...asked: A) => Promise<T>) =>
    async (...asked: A): Promise<T> => {
      const since = performance.now();
      try {
        return await ask(...asked);
      } finally {
        spent += performance.now() - since;
      }
    };
  const own: Partial<Connector> = {
    readRoots: timed((roots, signal) => connector.readRoots(roots, signal)),
    lookUp: timed((wanted, signal) => connector.lookUp(wanted, signal)),
    write: timed((command, signal) => connector.write(command, signal)),
    // Only where it has one: whoever asks goes by that.
    ...(connector.stillRunning && {
      stillRunning: timed((operations, signal) => connector.stillRunning?.(operations, signal) ?? Promise.resolve([])),
    }),
  };
  return { connector: Object.assign(Object.create(connector) as Connector, own), spentMs: () => spent };
}
