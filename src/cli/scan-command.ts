import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';
import { bar, count, ProgressLine } from './cli-output.js';
import { ServiceClient } from './service-client.js';

const USAGE = `skuward scan SYSTEM [--mode full|incremental] [--no-wait] [--url U] [--key K]
skuward scan --wait ID | --cancel ID | --confirm ID --reason R`;
const POLL_MS = 500;
const FIELDS = `id mode state phase startedAt finishedAt recordsRead recordsExpected recordsUnchanged skusCompared
  findingsOpened findingsResolved valuesNotCovered linkedRecords findingsHeld error system { code }`;

interface ScanTold {
  id: string;
  state: string;
  phase: string;
  recordsRead: number;
  recordsExpected: number | null;
  recordsUnchanged: number;
  skusCompared: number;
  findingsOpened: number;
  findingsResolved: number;
  valuesNotCovered: number;
  linkedRecords: number | null;
  findingsHeld: number | null;
  error: string | null;
  system: { code: string };
}

/**
 * Starts a scan and follows it to its end, or follows, cancels or confirms one that is there. 0: it succeeded, or what was
 * asked for is done; 1: it failed, was cancelled or not reached; 3: it was stopped by bulk safety and waits for a person.
 */
export async function scanCommand(args: string[], io: CliIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { values, positionals } = readArgs(args);
    const client = new ServiceClient({ url: values.url ?? io.env.url, key: values.key ?? io.env.key });
    const scan = await begin(client, values, positionals, io);
    if (values['no-wait'] === true || values.cancel !== undefined) return 0;
    const ended = await follow(client, scan, io);
    tell(ended, io);
    return ended.state === 'SUCCEEDED' ? 0 : ended.state === 'HELD' ? 3 : 1;
  });
}

type Values = ReturnType<typeof readArgs>['values'];

async function begin(client: ServiceClient, values: Values, positionals: string[], io: CliIo): Promise<ScanTold> {
  const { wait, cancel, confirm, reason = '' } = values;
  if (wait !== undefined) return read(client, wait);
  if (cancel !== undefined) {
    const done = await ask(client, 'driftScanCancel', 'mutation ($id: ID!) { driftScanCancel(id: $id)', { id: cancel });
    io.out(`${done.id} is ${done.state.toLowerCase()}`);
    return done;
  }
  if (confirm !== undefined) {
    const text = 'mutation ($id: ID!, $reason: String!) { driftScanConfirm(id: $id, reason: $reason)';
    return ask(client, 'driftScanConfirm', text, { id: confirm, reason });
  }
  const [system] = positionals;
  const mode = (values.mode ?? 'full').toUpperCase();
  const text = 'mutation ($system: String!, $mode: ScanMode!) { driftScanStart(system: $system, mode: $mode)';
  const started = await ask(client, 'driftScanStart', text, { system, mode });
  io.out(`${started.id} has begun`);
  return started;
}

function readArgs(args: string[]): {
  values: Record<'mode' | 'wait' | 'cancel' | 'confirm' | 'reason' | 'url' | 'key', string | undefined> & {
    'no-wait'?: boolean | undefined;
  };
  positionals: string[];
} {
  const text = { type: 'string' } as const;
  const acts = { wait: text, cancel: text, confirm: text, reason: text };
  const options = { ...acts, mode: text, url: text, key: text, 'no-wait': { type: 'boolean' } as const };
  let parsed;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { mode, wait, cancel, confirm, reason, url, key, 'no-wait': noWait } = parsed.values;
  const ids = [wait, cancel, confirm].filter((each) => each !== undefined);
  if (ids.length + parsed.positionals.length !== 1) throw new CliFault(`scan takes one system, or one scan\n${USAGE}`);
  if (mode !== undefined && !['full', 'incremental'].includes(mode.toLowerCase())) {
    throw new CliFault(`--mode is full or incremental\n${USAGE}`);
  }
  return {
    values: { mode, wait, cancel, confirm, reason, url, key, 'no-wait': noWait },
    positionals: parsed.positionals,
  };
}

async function ask(client: ServiceClient, name: string, head: string, variables: object): Promise<ScanTold> {
  const payload = await client.graphql<{ scan: ScanTold | null; userErrors: { code: string; message: string }[] }>(
    name,
    `${head} { scan { ${FIELDS} } userErrors { code message } } }`,
    variables,
  );
  if (payload.scan) return payload.scan;
  throw new CliFault(payload.userErrors.map(({ code, message }) => `${code}: ${message}`).join('; '));
}

async function read(client: ServiceClient, id: string): Promise<ScanTold> {
  const text = `query ($id: ID!) { node(id: $id) { ... on DriftScan { ${FIELDS} } } }`;
  const scan = await client.graphql<Partial<ScanTold> | null>('node', text, { id });
  if (!scan || scan.state === undefined) throw new CliFault(`there is no scan ${id}`);
  return scan as ScanTold;
}

async function follow(client: ServiceClient, begun: ScanTold, io: CliIo): Promise<ScanTold> {
  const line = new ProgressLine(io);
  let scan = begun;
  while (scan.state === 'RUNNING') {
    const { phase, recordsRead, recordsExpected: whole, findingsOpened } = scan;
    const share = whole !== null && whole > 0 ? `${bar(recordsRead, whole)} ` : '';
    line.show(`${share}${phase.toLowerCase()}: ${count(recordsRead)} records read, ${count(findingsOpened)} findings`);
    await sleep(POLL_MS);
    scan = await read(client, scan.id);
  }
  return scan;
}

function tell(scan: ScanTold, io: CliIo): void {
  const { state, system, recordsRead, recordsUnchanged, skusCompared, findingsOpened, findingsResolved } = scan;
  io.out(
    `the scan of ${system.code} ${state === 'HELD' ? 'is held' : state.toLowerCase()}: ${count(recordsRead)} records read, ${count(recordsUnchanged)} of them unchanged, ${count(skusCompared)} SKUs compared anew, ${count(findingsOpened)} findings opened, ${count(findingsResolved)} closed`,
  );
  if (scan.valuesNotCovered > 0)
    io.out(`${count(scan.valuesNotCovered)} values could not be read: they were not compared`);
  if (scan.error !== null) io.err(`skuward: ${scan.error}`);
  if (state !== 'HELD') return;
  io.err(
    `skuward: it would open findings on ${count(scan.findingsHeld ?? 0)} of ${count(scan.linkedRecords ?? 0)} records: --confirm ${scan.id} --reason R, or --cancel ${scan.id}`,
  );
}
