import { describe, expect, it } from '@jest/globals';
import { editorsIn } from '../../src/domain/drift/edited-by.js';
import type { Party } from '../../src/domain/ownership/party.js';
import { IN_OFFICE } from './approvals-kit.js';

function party(id: string, over: Partial<Party> = {}): Party {
  const base = {
    id: `id-${id}`,
    code: id,
    kind: 'USER' as const,
    name: id,
    email: null,
    active: true,
    engineering: false,
  };
  return { ...base, memberIds: [], delegateId: null, ...IN_OFFICE, ...over };
}

describe('who made an edit in a system', () => {
  const by = (actor: string | null): { actor: string | null; app: string | null; at: null } => ({
    actor,
    app: null,
    at: null,
  });
  const ada = party('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  const eve = party('eve', { name: 'Ada Lovelace' });
  const crew = party('crew', { kind: 'TEAM', memberIds: ['id-ada'] });
  const codes = (...actors: (string | null)[]): (string | null)[] =>
    editorsIn(actors.map(by), [ada, eve, crew]).map(({ partyId }) => partyId);

  it('is somebody of ours by address, code or name, however it is written', () => {
    expect(codes('ADA@Example.com')).toEqual([ada.id]);
    expect(codes(' ada ')).toEqual([ada.id]);
    expect(codes('ada lovelace')).toEqual([ada.id, eve.id]);
    expect(codes('ada', 'eve', 'ada')).toEqual([ada.id, eve.id]);
  });

  it('is nobody where the system says nothing, names an app, or a team', () => {
    expect(codes(null, '', 'crew')).toEqual([]);
    expect(editorsIn([null, { actor: null, app: 'ada', at: null }], [ada])).toEqual([]);
  });
});
