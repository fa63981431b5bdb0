import type { Ports } from '../ports/ports.js';

/**
 * Imports whose process died are sent to a worker again; they go on behind the last batch that was taken. An upload that
 * broke off cannot go on, because nobody has the rest of it: it is FAILED, and nothing of it was taken.
 * @param idleSeconds for how long an import must not have moved; 0 only where no other process can be at work on it.
 */
export async function resumeImports(ports: Ports, idleSeconds: number): Promise<void> {
  for (const { id, state } of await ports.imports.unfinished(idleSeconds)) {
    ports.log('info', 'an import was left unfinished', { import: id, state });
    if (state === 'RUNNING') await ports.imports.sendAgain(id);
    else await ports.imports.abandon(id, 'CSV_INVALID: the upload broke off; nothing was taken');
  }
}
