import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connector, WriteCommand } from '../../src/application/ports/connector.js';
import { timedConnector } from '../../src/jobs/timed-connector.js';

const TAKES_MS = 40;
/** A timer may end a little before its time. */
const LEAST_MS = TAKES_MS - 5;

/** A system that takes its time; what it holds is private, so that nobody can ask it in another's name. */
class Slow {
  readonly capabilities = { lanes: 7 };
  readonly #operations = ['op-1'];

  async readRoots(): Promise<unknown[]> {
    await sleep(TAKES_MS);
    return this.#operations;
  }

  async write(): Promise<never> {
    await sleep(TAKES_MS);
    throw new Error('refused');
  }

  async stillRunning(operations: readonly string[]): Promise<string[]> {
    return operations.filter((each) => this.#operations.includes(each));
  }
}

const slow = (): Connector => new Slow() as unknown as Connector;

describe('how long a system takes to answer', () => {
  it('is what it took, and not what we take in between', async () => {
    const { connector, spentMs } = timedConnector(slow());
    await sleep(TAKES_MS);
    expect(spentMs()).toBe(0);
    expect(await connector.readRoots([])).toEqual(['op-1']);
    const spent = spentMs();
    expect(spent).toBeGreaterThanOrEqual(LEAST_MS);
    await sleep(TAKES_MS);
    expect(spentMs()).toBe(spent);
  });

  it('counts what failed, too', async () => {
    const { connector, spentMs } = timedConnector(slow());
    await expect(connector.write({} as WriteCommand)).rejects.toThrow('refused');
    expect(spentMs()).toBeGreaterThanOrEqual(LEAST_MS);
  });

  it('leaves the connector what it is', async () => {
    const { connector } = timedConnector(slow());
    expect(connector.capabilities.lanes).toBe(7);
    expect(await connector.stillRunning?.(['op-1', 'op-2'])).toEqual(['op-1']);
    const without = { capabilities: connector.capabilities } as Connector;
    expect('stillRunning' in timedConnector(without).connector).toBe(false);
  });
});
