import type { ImportView } from '../../src/application/imports/read-import.js';
import { readImport } from '../../src/application/imports/read-import.js';
import { receiveImport } from '../../src/application/imports/receive-import.js';
import { runImport } from '../../src/application/imports/run-import.js';
import type { Caller } from '../../src/domain/actor.js';
import type { World } from '../support/world.js';
import { HOST, must } from '../support/world.js';

/** Uploads a file and takes it, whole, in this process. */
export async function imported(
  { ports }: World,
  text: string | Buffer,
  format = 'bundle-csv',
  how: { mode: string; caller: Caller; dryRun?: boolean } = { mode: 'baseline', caller: HOST },
): Promise<ImportView> {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  const { id } = must(
    await receiveImport(ports, how.caller, { format, mode: how.mode, dryRun: how.dryRun ?? false }, body),
  );
  await runImport(ports, id);
  const view = await readImport(ports, id, HOST);
  if (!view) throw new Error('the import is gone');
  return view;
}

/** Line, column and code of every error. */
export function told({ errors }: ImportView): string[] {
  return errors.map(({ line, column, code, rejected }) => `${line} ${column} ${code}${rejected ? '' : ' noted'}`);
}

/** What is in a bundle now, as "2 MUG"; null: nothing, or there is no such bundle. */
export async function compositionOf({ ports }: World, code: string): Promise<string[] | null> {
  const sku = await ports.catalog.skuByCode(code);
  const found = sku && (await ports.bundles.inForce([sku.id], null)).get(sku.id);
  if (!found) return null;
  const skus = await ports.catalog.skusByIds(found.lines.map(({ key }) => key));
  return found.lines.map(({ key, quantity }) => `${quantity} ${skus.get(key)?.code}`);
}
