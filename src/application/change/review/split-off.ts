import type { Actor } from '../../../domain/actor.js';
import { foldCode } from '../../../domain/primitives/text.js';
import type { Outcome, Problem } from '../../../domain/problem.js';
import { accepted, problem } from '../../../domain/problem.js';
import { adoptingOperation } from '../../drift/adopted-patch.js';
import type { ChangeRequest, StoredChange } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';
import { lockReached } from '../plan/lock-reached.js';
import { planRequest } from '../plan-request.js';
import { freezeForeseen } from '../run/hold-request.js';
import { goOn } from './go-on.js';

/**
 * Splits changes off a request into a new draft of the same author, with the comment that says why; the rest goes on
 * with the approvals that it has. Refused, with nothing changed, where the rest does not hold without them.
 */
export async function splitOff(
  ports: Ports,
  stores: Stores,
  by: Actor,
  { request, changeIds, comment }: { request: ChangeRequest; changeIds: ReadonlySet<string>; comment: string },
): Promise<Outcome<{ id: string }>> {
  const { author, editors } = request;
  const off = request.changes.filter(({ id }) => changeIds.has(id));
  const rest = request.changes.filter(({ id }) => !changeIds.has(id));
  // What goes on may be applied, so that its rows and records are locked before the findings that follow what does not.
  const lock = request.origin === 'ADOPTION';
  const planned = await planRequest(ports, stores, rest, author, { lock, editors, approvals: request });
  if (lock) await lockReached(stores, request.id, rest, planned.world);
  if (planned.problems.length > 0) {
    return { ok: false, problems: planned.problems.map((each) => ofTheRest(each, rest)) };
  }
  const draftId = await addDraft(ports, stores, request, off);
  await followFindings(stores, request, off, draftId.id);
  for (const requestId of [request.id, draftId.id]) {
    await stores.requests.comment({ id: ports.newId(), requestId, actor: by, body: comment });
  }
  await goOn(ports, stores, { ...request, changes: rest }, planned, []);
  const data = { comment, into: draftId.number, targets: off.map(({ target }) => target).slice(0, 100) };
  await stores.audit([{ actor: by, type: 'CHANGE_REQUEST_SPLIT', subject: request.number, data }]);
  return accepted({ id: request.id });
}

async function addDraft(
  ports: Ports,
  stores: Stores,
  request: ChangeRequest,
  off: readonly StoredChange[],
): Promise<{ id: string; number: string }> {
  const { title, reason, origin, author, editors, effectiveAt } = request;
  const id = ports.newId();
  const isToCome = effectiveAt !== null && effectiveAt > (await stores.now());
  const at = isToCome ? effectiveAt : null;
  const head = { title, reason, origin, author, editors, effectiveAt: at };
  const number = await stores.requests.add({ id, ...head, changes: [], splitFromId: request.id });
  await stores.requests.move(
    off.map((each) => each.id),
    id,
  );
  const planned = await planRequest(ports, stores, off, author, { lock: false, editors });
  const { set, problems } = planned;
  const { conflicts } = set;
  const warnings = [...set.warnings, ...(await freezeForeseen(stores, planned, at))];
  await stores.requests.update(id, { state: 'DRAFT', problems, conflicts, warnings });
  return { id, number };
}

/** Findings that these changes would adopt are the new draft's business now. */
async function followFindings(
  stores: Stores,
  request: ChangeRequest,
  off: readonly StoredChange[],
  draftId: string,
): Promise<void> {
  if (request.origin !== 'ADOPTION') return;
  const linked = await stores.findings.adoptedBy(request.id);
  const moved = linked.filter((finding) =>
    off.some(
      ({ operation, target }) =>
        operation === adoptingOperation(finding) && foldCode(target) === foldCode(finding.target),
    ),
  );
  if (moved.length === 0) return;
  const ids = moved.map(({ id }) => id);
  await stores.findings.proposeAdoption(ids, request.author, draftId, request.reason ?? request.title);
}

/** The caller named changes that are to go: what is wrong is told of those that would stay, by what they are about. */
function ofTheRest({ code, message, field }: Problem, rest: readonly StoredChange[]): Problem {
  const target = field?.[0] === 'changes' ? rest[Number(field[1])]?.target : undefined;
  const text = `the rest does not hold without them: ${target === undefined ? '' : `${target}: `}${message}`;
  return problem(code, text, ['changes']);
}
