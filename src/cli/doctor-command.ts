import { parseArgs } from 'node:util';
import type { Check } from '../application/ports/connector.js';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';

const USAGE = 'skuward doctor --system CODE [--json]   (on a machine that has the settings of the service)';

const MARKS = { OK: 'ok     ', WARNING: 'WARNING', FAILED: 'FAILED ' } as const;

/** Looks at one system; null where its connector has nothing to look at. @throws CliFault for a system that is not there. */
export type Examine = (system: string) => Promise<Check[] | null>;

/**
 * Tells whether all is there that it takes to work with a system, and what is missing for what; changes nothing. 0: all that
 * is vital is there; 1: something that nothing works without is not.
 */
export async function doctorCommand(args: string[], io: CliIo, examine: Examine): Promise<number> {
  return exitCodeOf(io, async () => {
    const { system, isJson } = readArgs(args);
    const checks = await examine(system);
    if (checks === null) throw new CliFault(`the connector of ${system} has nothing to look at`);
    if (isJson) io.out(JSON.stringify({ system, checks }, null, 2));
    else for (const check of checks) tell(io, check);
    return checks.some(({ state }) => state === 'FAILED') ? 1 : 0;
  });
}

function tell(io: CliIo, { subject, state, message, remedy }: Check): void {
  io.out(`${MARKS[state]}  ${subject.padEnd(12)}  ${message}`);
  if (remedy !== null) io.out(`${' '.repeat(23)}to do: ${remedy}`);
}

function readArgs(args: string[]): { system: string; isJson: boolean } {
  let parsed;
  try {
    parsed = parseArgs({ args, options: { system: { type: 'string' }, json: { type: 'boolean' } } });
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { system, json = false } = parsed.values;
  if (system === undefined) throw new CliFault(`--system says which one\n${USAGE}`);
  return { system, isJson: json };
}
