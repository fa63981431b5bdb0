import type { Ports } from '../../src/application/ports/ports.js';
import type { Stores } from '../../src/application/ports/unit-of-work.js';

/** What is thrown in place of a process that is no more. */
export const DIED = 'died';

/**
 * The ports of a process that dies at a commit of its work, counted from 1: before it, so that all of the transaction
 * is lost, or right after it, so that nobody hears of it. Nothing gets through afterwards.
 */
export function dyingAt(ports: Ports, commit: number, when: 'BEFORE' | 'AFTER'): Ports {
  let commits = 0;
  const run = async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
    commits += 1;
    if (commits < commit) return ports.work.run(work);
    if (commits === commit) {
      await ports.work.run(async (stores) => {
        await work(stores);
        if (when === 'BEFORE') throw new Error(DIED);
      });
    }
    throw new Error(DIED);
  };
  // Whoever reads only has nothing to lose.
  const look = <T>(work: (stores: Stores) => Promise<T>): Promise<T> => ports.work.look(work);
  return Object.create(ports, { work: { value: { run, look } } }) as Ports;
}

/** Does this work on ports that die? */
export async function dies(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === DIED) return true;
    throw error;
  }
}
