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

/** What begins so soon may begin before any sweep looks for what is to come: word of it goes out at once. */
const SOON_MS = 60_000;

/** Sends a job that begins at a moment. */
async function sendAt(boss: PgBoss, tx: Transaction, queue: string, at: Date): Promise<void> {
  const data = { at: at.toISOString() };
  const inMs = at.getTime() - Date.now();
  if (inMs > 0 && inMs < SOON_MS) await sendIn(boss, tx, queue, data);
  await sendIn(boss, tx, queue, data, at);
}

export function wakeupsIn(boss: PgBoss, tx: Transaction): Wakeups {
  return {
    async deliveriesDue(systems, at) {
      for (const system of systems) await sendIn(boss, tx, QUEUES.deliver, { system }, at);
    },
    webhookArrived: (system) => sendIn(boss, tx, QUEUES.webhook, { system }),
    scanDue: (scanId) => sendIn(boss, tx, QUEUES.scan, { scanId }),
    bundleDue: (at) => sendAt(boss, tx, QUEUES.bundle, at),
    requestsDue: (at) => sendAt(boss, tx, QUEUES.request, at),
    findingsDue: (at) => (at ? sendAt(boss, tx, QUEUES.finding, at) : sendIn(boss, tx, QUEUES.finding, { at: null })),
    validationDue: () => sendIn(boss, tx, QUEUES.validation, {}),
  };
}
