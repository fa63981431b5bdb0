import { withEditor } from '../../../domain/change/authors.js';
import { editorsIn } from '../../../domain/drift/edited-by.js';
import { isProposedBy, proposalsOf } from '../../drift/resolve/adoption.js';
import type { ChangeRequest } from '../../ports/change-request-store.js';
import type { Ports } from '../../ports/ports.js';
import type { Stores } from '../../ports/unit-of-work.js';

/**
 * A locked request with everybody who is known by now to have made an edit that it adopts: systems tell who it was when they
 * come to it, often after the finding has been proposed for adoption, and people get their names here later as well. It is
 * theirs from then on, as if that had been known from the start.
 */
export async function learnEditors(ports: Ports, stores: Stores, request: ChangeRequest): Promise<ChangeRequest> {
  if (request.origin !== 'ADOPTION') return request;
  const proposals = await proposalsOf(ports, stores, await stores.findings.proposedBy(request.id));
  // A finding whose value has moved on since tells of another edit than the one that is proposed.
  const adopted = proposals.filter((each) => isProposedBy(request.changes, each)).map(({ finding }) => finding);
  const found = editorsIn(
    adopted.map(({ attribution }) => attribution),
    await stores.parties.parties(),
  );
  const editors = found.reduce((known, actor) => withEditor({ ...request, editors: known }, actor), request.editors);
  if (editors.length === request.editors.length) return request;
  await stores.requests.setEditors(request.id, editors);
  return { ...request, editors };
}
