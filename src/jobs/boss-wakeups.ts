import type { PgBoss } from 'pg-boss';
import type { Wakeups } from '../application/ports/unit-of-work.js';
import { QUEUES } from './queues.js';

/** SQL of the transaction in which a job is sent. */
interface Transaction {
  rows<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
}

/** Sends a job in a transaction of ours: it is there when that commits, and never was when it rolls back. */
export async function sendIn(
  boss: PgBoss,
  tx: Transaction,
  queue: string,
  data: object,
  startAfter?: Date,
): Promise<void> {
  const executeSql = async (text: string, values?: unknown[]): Promise<{ rows: unknown[] }> => ({
    rows: await tx.rows(text, values ?? []),
  });
  await boss.send(queue, data, { db: { executeSql }, ...(startAfter && { startAfter }) });
}

export function wakeupsIn(boss: PgBoss, tx: Transaction): Wakeups {
  return {
    async deliveriesDue(systems, at) {
      for (const system of systems) await sendIn(boss, tx, QUEUES.deliver, { system }, at);
    },
    webhookArrived: (system) => sendIn(boss, tx, QUEUES.webhook, { system }),
    scanDue: (scanId) => sendIn(boss, tx, QUEUES.scan, { scanId }),
    bundleDue: (at) => sendIn(boss, tx, QUEUES.bundle, { at: at.toISOString() }, at),
    requestsDue: (at) => sendIn(boss, tx, QUEUES.request, { at: at.toISOString() }, at),
    findingsDue: (at) => sendIn(boss, tx, QUEUES.finding, { at: at?.toISOString() ?? null }, at),
    validationDue: () => sendIn(boss, tx, QUEUES.validation, {}),
  };
}
