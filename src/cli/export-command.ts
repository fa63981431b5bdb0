import { parseArgs } from 'node:util';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';
import { count } from './cli-output.js';
import { saveStream } from './save-stream.js';
import { ServiceClient } from './service-client.js';

const USAGE =
  'skuward export FILE [--what skus|bundles|naming-violations] [--states ACTIVE,…] [--vendor V] [--product-type T] ' +
  '[--search WORDS] [--columns code,price,…] [--policy NAME] [--url http://127.0.0.1:4000] [--key KEY]';
const WHAT = ['skus', 'bundles', 'naming-violations'];

/** Fetches the catalogue into a file, which is there only once it is whole. 0: written; 1: not. */
export async function exportCommand(args: string[], io: CliIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { file, what, query, url, key } = readArgs(args);
    const client = new ServiceClient({ url: url ?? io.env.url, key: key ?? io.env.key });
    const body = await client.stream(`/exports/${what}.csv${query === '' ? '' : `?${query}`}`);
    const bytes = await saveStream(body, file);
    io.out(`${file}: ${what}, ${count(bytes)} bytes`);
    return 0;
  });
}

function readArgs(args: string[]): { file: string; what: string; query: string; url?: string; key?: string } {
  const text = { type: 'string' } as const;
  let parsed;
  try {
    const filters = { states: text, vendor: text, 'product-type': text, search: text, columns: text, policy: text };
    const options = { ...filters, what: { ...text, default: 'skus' }, url: text, key: text };
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const [file] = positionals;
  if (positionals.length !== 1 || file === undefined) throw new CliFault(`export takes one file\n${USAGE}`);
  const { what, url, key, 'product-type': productType, ...rest } = values;
  if (!WHAT.includes(what)) throw new CliFault(`--what is ${WHAT.join(' or ')}, not "${what}"\n${USAGE}`);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...rest, productType })) if (value !== undefined) query.set(name, value);
  return { file, what, query: query.toString(), url, key };
}
