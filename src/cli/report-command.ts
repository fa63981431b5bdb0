import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { CliIo } from './cli-io.js';
import { CliFault, exitCodeOf } from './cli-io.js';
import { count } from './cli-output.js';
import { ServiceClient } from './service-client.js';

const USAGE = 'skuward report QUARTER --out FILE.html [--url http://127.0.0.1:4000] [--key KEY]';

/** Fetches the drift audit of a quarter into a file; JSON when the file's name ends so. 0: written; 1: not. */
export async function reportCommand(args: string[], io: CliIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { quarter, out, url, key } = readArgs(args);
    const client = new ServiceClient({ url: url ?? io.env.url, key: key ?? io.env.key });
    const format = /\.json$/i.test(out) ? 'json' : 'html';
    const bytes = await client.bytes(`/reports/drift-audit/${encodeURIComponent(quarter)}.${format}`);
    try {
      await writeFile(out, bytes);
    } catch (error) {
      throw new CliFault(`${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    io.out(`${out}: the drift audit of ${quarter}, ${count(bytes.length)} bytes`);
    return 0;
  });
}

function readArgs(args: string[]): { quarter: string; out: string; url?: string; key?: string } {
  const text = { type: 'string' } as const;
  let parsed;
  try {
    parsed = parseArgs({ args, allowPositionals: true, options: { out: text, url: text, key: text } });
  } catch (error) {
    throw new CliFault(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const [quarter] = positionals;
  if (positionals.length !== 1 || quarter === undefined) throw new CliFault(`report takes one quarter\n${USAGE}`);
  if (values.out === undefined) throw new CliFault(`--out says where to write\n${USAGE}`);
  return { quarter, out: values.out, url: values.url, key: values.key };
}
