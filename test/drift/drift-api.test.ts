import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import { nodeId } from '../../src/graphql/node-id.js';
import type { Role } from '../../src/domain/actor.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { HOST, must } from '../support/world.js';
import { DriftKit } from './drift-kit.js';

interface Payload {
  findings: { id: string; state: string; note: string | null }[];
  userErrors: { code: string; field: string[] | null }[];
}

const RESULT = '{ findings { id state note waivedUntil } changeRequest { number } userErrors { code field } }';

/** What people see and do about findings, by the API alone. */
describe('drift, by the API', () => {
  let kit: DriftKit;
  let api: Api;
  let id = '';
  const keys = new Map<Role, string>();
  beforeAll(async () => {
    kit = await DriftKit.open(['CUP']);
    api = await openApi(kit.world);
    for (const role of ['OPERATOR', 'MERCHANDISER', 'VIEWER', 'APPROVER'] as const) {
      const draft = { name: role, party: 'oli', roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(kit.world.ports, HOST, draft)).secret);
    }
    await kit.editErp('CUP', { listPrice: '11.00' });
    await kit.scanned();
  });
  afterAll(async () => {
    await api.close();
    await kit.close();
  });
  const asked = <T>(query: string, role: Role = 'OPERATOR'): Promise<T> => api.ask<T>(query, {}, keys.get(role));
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
  const waive = (days: number, reason = 'until the sale is over'): string =>
    `mutation { payload: driftWaive(ids: ["${id}"], until: "${inDays(days)}", reason: "${reason}") ${RESULT} }`;

  it('tells of a finding what it is, whose, when it is due, and how sure it is who did it', async () => {
    const query = `{ driftFindings(filter: { target: "cup", overdue: false, severities: [HIGH] }) { totalCount nodes { id kind field found
      healing fight revertRequestedBy { name } dueAt owner { code } attribution { actor app confidence } } } }`;
    const { driftFindings } = await asked<{ driftFindings: { totalCount: number; nodes: { id: string }[] } }>(
      query,
      'VIEWER',
    );
    expect(driftFindings).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          kind: 'FIELD',
          field: 'price',
          found: '11.00',
          healing: null,
          fight: null,
          revertRequestedBy: null,
          owner: { code: 'ada' },
          attribution: { actor: 'Sam', app: null, confidence: 'LIKELY' },
        },
      ],
    });
    id = driftFindings.nodes[0]?.id ?? '';
  });

  it.each<Role>(['VIEWER', 'APPROVER', 'MERCHANDISER'])('lets %s not waive, revert or acknowledge', async (role) => {
    for (const act of [
      waive(10),
      `mutation { driftRevert(ids: ["${id}"]) ${RESULT} }`,
      `mutation { driftAcknowledge(ids: ["${id}"]) ${RESULT} }`,
    ])
      await expect(asked(act, role)).rejects.toThrow('FORBIDDEN');
  });

  it('refuses a waiver that is in the past, too long, or for no reason, and an id that is none', async () => {
    const codes = async (query: string): Promise<string[]> =>
      (await asked<{ payload: Payload }>(query)).payload.userErrors.map(({ code }) => code);
    expect(await codes(waive(-1))).toEqual(['EFFECTIVE_IN_PAST']);
    expect(await codes(waive(93))).toEqual(['INVALID_FORMAT']);
    expect(await codes(waive(10, 'x'))).toEqual(['REASON_TOO_SHORT']);
    const none = waive(10).replace(id, nodeId('DriftFinding', '00000000-0000-7000-8000-000000000000'));
    expect((await asked<{ payload: Payload }>(none)).payload.userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['ids', '0'] },
    ]);
    await expect(asked(waive(10).replace(id, 'nonsense'))).rejects.toThrow('BAD_USER_INPUT');
    await expect(asked(waive(10).replace(/until: "[^"]*"/, 'until: "soon"'))).rejects.toThrow();
  });

  it('waives, and a merchandiser may propose to adopt once somebody has ended that', async () => {
    const { payload } = await asked<{ payload: Payload }>(waive(10));
    expect(payload).toMatchObject({ userErrors: [], findings: [{ state: 'WAIVED', note: 'until the sale is over' }] });
    const adopt = `mutation { payload: driftAdopt(ids: ["${id}"], reason: "the shop is right") ${RESULT} }`;
    const early = await asked<{ payload: Payload }>(adopt, 'MERCHANDISER');
    expect(early.payload.userErrors).toMatchObject([{ code: 'WRONG_STATE', field: ['ids', '0'] }]);
    await asked(`mutation { driftAcknowledge(ids: ["${id}"]) ${RESULT} }`);
    const late = await asked<{ payload: Payload & { changeRequest: object } }>(adopt, 'MERCHANDISER');
    expect(late.payload).toMatchObject({ userErrors: [], changeRequest: { number: expect.stringMatching(/^CR-/) } });
  });
});
