import type { Problem } from '../../domain/problem.js';
import type { ProposedChange } from '../../domain/change/change.js';
import type { ImportHeader } from '../../domain/imports/import-format.js';
import type { Telling } from '../change/bulk/told-progress.js';
import { CHANGE_LIMIT } from '../change/change-draft.js';
import { addRequest } from '../change/create-change-request.js';
import { planRequest } from '../change/plan-request.js';
import type { CollectedChange, ProposalCounts } from '../ports/import-proposals.js';
import type { Ports } from '../ports/ports.js';
import type { Stores } from '../ports/unit-of-work.js';
import { ProposalRows } from './proposal-rows.js';
import type { Taking } from './taker.js';

/**
 * Makes the request of what a file asks for, in one transaction: the request, its link to the import, and what had to be
 * left out of it, by line. Rows that only the whole shows to be wrong are left out and told, and the others proposed.
 * A draft keeps them, with its problems, so that they can be mended there; they are told all the same.
 * @returns why nothing can be made of the file; null where something was, or nothing differs.
 */
export async function proposeCollected(
  ports: Ports,
  stores: Stores,
  by: Taking,
  file: { header: ImportHeader; line: number; told: Telling },
): Promise<string | null> {
  const collected = await stores.proposals.collected(by.importId, CHANGE_LIMIT + 1);
  if (collected.length > CHANGE_LIMIT) {
    return `TOO_MANY: the file asks for more than ${CHANGE_LIMIT} changes, which is what a request may hold; nothing was made`;
  }
  const rows = new ProposalRows(collected, file.header);
  const made = await makeRequest(ports, stores, by, rows, file.told);
  const { faults } = rows;
  const rejected = new Set(faults.flatMap((fault) => (fault.rejected ? [fault.line] : []))).size;
  const nothing = { rowsRead: 0, skusCreated: 0, compositionsSet: 0, qualityIssues: 0 };
  const step = { ...nothing, line: file.line, rejected, faults, ignored: file.header.ignored };
  await stores.imports.advance(by.importId, by.runner, step);
  const counts = made.error === null ? countsOf(rows.left) : {};
  await stores.proposals.settle(by.importId, by.runner, { ...made, counts });
  return made.error;
}

interface Made {
  requestId: string | null;
  error: string | null;
}

async function makeRequest(ports: Ports, stores: Stores, by: Taking, rows: ProposalRows, told: Telling): Promise<Made> {
  const { job, actor } = by;
  const wish = job.request ?? { title: `Import ${job.format}`, reason: null, draft: false };
  if (wish.draft && rows.left.length > 0) rows.note(await problemsOf(ports, stores, by, rows.changes, told));
  // Every round that is not the last leaves something out, so there are at most as many rounds as changes.
  for (;;) {
    if (rows.left.length === 0) return { requestId: null, error: null };
    const { changes } = rows;
    let problems: readonly Problem[];
    if (job.dryRun) {
      problems = wish.draft ? [] : await problemsOf(ports, stores, by, changes, told);
      if (problems.length === 0) return { requestId: null, error: null };
    } else {
      const draft = { title: wish.title, reason: wish.reason, idempotencyKey: null, changes: null };
      const request = { draft, changes, asDraft: wish.draft, origin: 'IMPORT' as const, told };
      const outcome = await addRequest(ports, stores, { actor, roles: [] }, request);
      if (outcome.ok) return { requestId: outcome.value.id, error: null };
      ({ problems } = outcome);
    }
    const untold = rows.leaveOut(problems);
    if (untold) return { requestId: null, error: `${untold.code}: ${untold.message}; nothing was made` };
  }
}

/** What keeps these changes from being submitted as they are. */
async function problemsOf(
  ports: Ports,
  stores: Stores,
  by: Taking,
  changes: readonly ProposedChange[],
  told: Telling,
): Promise<Problem[]> {
  return (await planRequest(ports, stores, changes, by.actor, { lock: false, told: told.checked })).problems;
}

function countsOf(rows: readonly CollectedChange[]): ProposalCounts {
  const counts: ProposalCounts = {};
  for (const { change } of rows) counts[change.operation] = (counts[change.operation] ?? 0) + 1;
  return counts;
}
