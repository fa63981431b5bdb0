import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { receiveImport } from '../application/imports/receive-import.js';
import type { Ports } from '../application/ports/ports.js';
import { systemActor } from '../domain/actor.js';
import type { Sandbox } from '../sandbox/start-sandbox.js';
import { done } from './sample-people.js';

const SAMPLE = new URL('../sandbox/sample/catalog.csv', import.meta.url);

/**
 * On the very first start: the stand-ins and the master are filled with the same sample catalogue, the master by the
 * same import that takes anybody's export. The scan that follows links all three.
 */
export async function seedCatalog(ports: Ports, sandbox: Sandbox): Promise<boolean> {
  const { items } = await ports.catalog.products({ first: 1, after: null }, null);
  if (items.length > 0) return false;
  const csv = await readFile(SAMPLE);
  for (const url of [sandbox.shopify.url, sandbox.erp.url]) {
    const answer = await fetch(`${url}/control/fill`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    if (!answer.ok)
      throw new Error(`the sandbox did not take the sample catalogue: ${answer.status} ${await answer.text()}`);
  }
  const host = { actor: systemActor('sandbox'), roles: ['ADMIN' as const] };
  done(
    await receiveImport(
      ports,
      host,
      { format: 'shopify-csv', mode: 'baseline' },
      createReadStream(fileURLToPath(SAMPLE)),
    ),
  );
  return true;
}
