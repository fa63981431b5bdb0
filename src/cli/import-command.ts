import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ImportView } from '../application/imports/read-import.js';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';
import { bar, count, ProgressLine, table } from './cli-output.js';
import { saveStream } from './save-stream.js';
import { ServiceClient } from './service-client.js';

const USAGE =
  'skuward import FILE [--format shopify-csv] [--mode baseline] [--dry-run] [--title T] [--reason R] [--draft] ' +
  '[--errors FILE] [--url http://127.0.0.1:4000] [--key KEY]';
const ERRORS_SHOWN = 20;
const POLL_MS = 250;
/** Without progress for this long, a worker is not there or has died; the import itself goes on when one comes. */
const PATIENCE_MS = 120_000;

/** Uploads a file, follows the import to its end and tells what was not taken. 0: taken; 1: failed or not reached. */
export async function importCommand(args: string[], io: CliIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { file, query, errors, url, key } = readArgs(args);
    const client = new ServiceClient({ url: url ?? io.env.url, key: key ?? io.env.key });
    const lines = { seen: 0 };
    const body = await openFile(file, lines);
    io.out(`uploading ${basename(file)}`);
    const started = viewOf(await client.send(`/imports?${query}`, body));
    const ended = await follow(client, started, lines.seen, io);
    report(ended, io);
    if (errors !== null) {
      await saveStream(await client.stream(`/imports/${ended.id}/errors.csv`), errors);
      io.out(`${errors}: all ${count(ended.errorCount)} errors`);
    } else if (ended.errorCount > ERRORS_SHOWN) {
      io.out(`all of them as a file: --errors FILE next time, or GET ${ended.errorsUrl}`);
    }
    // A script must not take a file of which nothing came in for a success.
    const isAnyTaken = ended.skusCreated + ended.compositionsSet > 0 || Object.keys(ended.proposed ?? {}).length > 0;
    return ended.state === 'SUCCEEDED' && (isAnyTaken || ended.rejected === 0) ? 0 : 1;
  });
}

interface ImportArgs {
  file: string;
  /** What is asked of the service, as a query. */
  query: string;
  /** Where all errors go, or null. */
  errors: string | null;
  url?: string;
  key?: string;
}

function readArgs(args: string[]): ImportArgs {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const wish = { format: { ...text, default: 'shopify-csv' }, mode: { ...text, default: 'baseline' }, title: text };
  const options = { ...wish, reason: text, draft: flag, 'dry-run': flag, errors: text, url: text, key: text };
  let parsed;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const [file] = positionals;
  if (positionals.length !== 1 || file === undefined) throw new CliFault(`import takes one file\n${USAGE}`);
  const { format, mode, title, reason, draft = false, 'dry-run': dryRun = false, errors = null, url, key } = values;
  const query = new URLSearchParams({ format, mode });
  if (title !== undefined) query.set('title', title);
  if (reason !== undefined) query.set('reason', reason);
  if (draft) query.set('draft', 'true');
  if (dryRun) query.set('dryRun', 'true');
  return { file, query: query.toString(), errors, url, key };
}

/** The file as a stream; counts its lines as they go by, so that progress has something to be measured against. */
async function openFile(file: string, lines: { seen: number }): Promise<ReadableStream<Uint8Array>> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new CliFault(`there is no file ${file}`);
  const source = createReadStream(file);
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines.seen += 1;
      yield chunk;
    }
  };
  return Readable.toWeb(Readable.from(counted(), { objectMode: false }));
}

async function follow(client: ServiceClient, started: ImportView, lines: number, io: CliIo): Promise<ImportView> {
  const progress = new ProgressLine(io);
  let view = started;
  let quiet = 0;
  while (view.state === 'RUNNING') {
    // Quoted cells may hold line breaks, so there are at most as many rows as lines.
    progress.show(progressOf(view, lines));
    await sleep(POLL_MS);
    const before = howFar(view);
    view = viewOf(await client.json(`/imports/${view.id}`));
    quiet = howFar(view) === before ? quiet + POLL_MS : 0;
    if (quiet >= PATIENCE_MS) {
      throw new CliFault(
        `import ${view.id} has not moved for two minutes: is a worker running? Look at /imports/${view.id}`,
      );
    }
  }
  progress.show(`${bar(1, 1)}  ${count(view.rowsRead)} rows, ${count(view.skusCreated)} SKUs`);
  return view;
}

/** Of rows until the file is read, and then of what is proposed. */
function progressOf({ rowsRead, skusCreated, proposing }: ImportView, lines: number): string {
  if (proposing) {
    const { done, total } = proposing;
    return `${bar(done, total)}  checking and planning ${count(total / 2)} changes`;
  }
  return `${bar(rowsRead, lines)}  ${count(rowsRead)} rows, ${count(skusCreated)} SKUs`;
}

function howFar({ rowsRead, proposing }: ImportView): number {
  return rowsRead + (proposing?.done ?? 0);
}

function report(view: ImportView, io: CliIo): void {
  const { state, mode, dryRun, rowsRead, rejected, errors, errorCount } = view;
  const what = mode === 'propose' ? proposedIn(view) : takenIn(view);
  io.out(`${state}: ${what}, rows read: ${count(rowsRead)}, rows not taken: ${count(rejected)}`);
  if (dryRun) io.out('this was a dry run: nothing was made');
  if (view.error !== null) io.err(view.error);
  if (errors.length === 0) return;
  const rows = errors
    .slice(0, ERRORS_SHOWN)
    .map(({ line, column, code, message, value, rejected: whole }) => [
      String(line),
      column ?? '',
      whole ? 'row not taken' : 'value not taken',
      code,
      message,
      value ?? '',
    ]);
  for (const line of table(['line', 'column', 'effect', 'code', 'message', 'value'], rows)) io.out(line);
  const more = errorCount - rows.length;
  if (more > 0) io.out(`… and ${count(more)} more`);
}

function takenIn({ skusCreated, compositionsSet, dryRun }: ImportView): string {
  const taken = dryRun ? 'that would be taken' : 'taken';
  const sets = compositionsSet > 0 ? `, compositions of bundles ${taken}: ${count(compositionsSet)}` : '';
  return `SKUs ${taken}: ${count(skusCreated)}${sets}`;
}

function proposedIn({ changeRequest, proposed }: ImportView): string {
  const changes = Object.values(proposed ?? {}).reduce((sum, each) => sum + each, 0);
  return `changes proposed: ${count(changes)}${changeRequest === null ? '' : ` in ${changeRequest}`}`;
}

/** The service's answer, if it is one: whatever else answers 200 must not pass for an import. */
function viewOf(body: unknown): ImportView {
  if (isView(body)) return body;
  throw new CliFault('the answer is no import: is this a Skuward service?');
}

function isView(body: unknown): body is ImportView {
  return (
    typeof body === 'object' &&
    body !== null &&
    'id' in body &&
    'state' in body &&
    'errors' in body &&
    'errorCount' in body
  );
}
