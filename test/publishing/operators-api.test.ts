import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Connector, RecordOutcome } from '../../src/application/ports/connector.js';
import { advanceCanaries } from '../../src/application/publishing/advance-canaries.js';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { Role } from '../../src/domain/actor.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import { HOST, must } from '../support/world.js';
import { Failing } from './failing-kit.js';

interface Payload {
  userErrors: { code: string; field: string[] | null }[];
}

/** What operators see and do, by the API alone. */
describe('publishing, for operators', () => {
  let kit: Failing;
  let api: Api;
  const keys = new Map<Role, string>();
  beforeAll(async () => {
    kit = await Failing.open('CUP', 'TEA', 'MUG');
    api = await openApi(kit.world);
    for (const role of ['OPERATOR', 'MERCHANDISER', 'VIEWER'] as const) {
      const draft = { name: role, party: 'oli', roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(kit.world.ports, HOST, draft)).secret);
    }
    const refuse: Connector['write'] = ({ writes }) =>
      Promise.resolve(
        writes.map(({ id, entity, code }): RecordOutcome => {
          const told = { code: '422', message: `${code} is locked`, retryAfterSeconds: null, ambiguous: false };
          return { id, entity, written: false, fault: { ...told, raw: { locked: true }, class: 'VALIDATION' } };
        }),
      );
    Object.assign(kit.world.ports.connectors.of('erp'), { write: refuse });
  });
  afterAll(async () => {
    await api.close();
    await kit.world.close();
  });
  const asked = <T>(query: string, role: Role = 'OPERATOR'): Promise<T> => api.ask<T>(query, {}, keys.get(role));

  it('shows dead letters by cause, and lets only operators do something about them', async () => {
    await kit.price('CUP', '11.00');
    await kit.price('TEA', '12.00');
    await kit.drain();
    const { deadLetterGroups } = await asked<{
      deadLetterGroups: {
        totalCount: number;
        nodes: { id: string; count: number; shape: string; system: { code: string } }[];
      };
    }>('{ deadLetterGroups { totalCount nodes { id count shape system { code } assignees { code } } } }', 'VIEWER');
    expect(deadLetterGroups).toMatchObject({
      totalCount: 1,
      nodes: [{ count: 2, shape: '… is locked', system: { code: 'erp' }, assignees: [] }],
    });
    const group = deadLetterGroups.nodes[0]?.id ?? '';
    const list = `{ deliveries(filter: { group: "${group}" }) { nodes { id target group assignee { code } lastError { raw } finding { id } } } }`;
    const { deliveries } = await asked<{ deliveries: { nodes: { id: string; target: string; group: string }[] } }>(
      list,
    );
    expect(deliveries.nodes.map(({ target }) => target).sort()).toEqual(['CUP', 'TEA']);
    expect(deliveries.nodes[0]).toMatchObject({
      group,
      assignee: null,
      lastError: { raw: { locked: true } },
      finding: null,
    });

    const acts = [
      `deliveryAssign(filter: { group: "${group}" }, assignee: "mia")`,
      `deliveryRetry(filter: { group: "${group}" })`,
      `deliveryDiscard(ids: ["${deliveries.nodes[0]?.id}"], reason: "nobody needs this any more")`,
    ];
    for (const act of acts)
      for (const role of ['VIEWER', 'MERCHANDISER'] as const)
        await expect(asked(`mutation { ${act} { userErrors { code } } }`, role)).rejects.toThrow('FORBIDDEN');
    const assigned = await asked<{ deliveryAssign: Payload & { deliveries: object[] } }>(
      `mutation { ${acts[0]} { deliveries { assignee { code } } userErrors { code field } } }`,
    );
    expect(assigned.deliveryAssign).toEqual({
      deliveries: [{ assignee: { code: 'mia' } }, { assignee: { code: 'mia' } }],
      userErrors: [],
    });
    const discarded = await asked<{ deliveryDiscard: Payload & { deliveries: object[] } }>(
      `mutation { ${acts[2]} { deliveries { state note settledBy { name } resolvedAt } userErrors { code field } } }`,
    );
    expect(discarded.deliveryDiscard).toMatchObject({
      deliveries: [{ state: 'DISCARDED', note: 'nobody needs this any more', settledBy: { name: 'oli' } }],
      userErrors: [],
    });
    const again = await asked<{ deliveryDiscard: Payload }>(`mutation { ${acts[2]} { userErrors { code field } } }`);
    expect(again.deliveryDiscard.userErrors).toEqual([{ code: 'WRONG_STATE', field: ['ids', '0'] }]);
    await kit.sql(`update record set match = 'MISSING' where system = 'erp' and entity = 'SKU'`);
    const left = await asked<{ deliveryRetry: object }>(
      `mutation { ${acts[1]} { deliveries { state } skipped { reason count } userErrors { code field } } }`,
    );
    expect(left.deliveryRetry).toEqual({
      deliveries: [],
      skipped: [{ reason: 'RECORD_MISSING', count: 1 }],
      userErrors: [],
    });
    await kit.sql(`update record set match = 'MATCHED' where system = 'erp' and entity = 'SKU'`);
    const retried = await asked<{ deliveryRetry: Payload & { deliveries: object[] } }>(
      `mutation { ${acts[1]} { deliveries { state } skipped { reason } userErrors { code } } }`,
    );
    expect(retried.deliveryRetry).toEqual({ deliveries: [{ state: 'PENDING' }], skipped: [], userErrors: [] });
    const emptied = await asked<{ deliveryRetry: Payload }>(`mutation { ${acts[1]} { userErrors { code field } } }`);
    expect(emptied.deliveryRetry.userErrors).toEqual([{ code: 'NOT_FOUND', field: ['filter', 'group'] }]);
  });

  it('pauses and resumes a system, and shows what holds it', async () => {
    const pause = (until: string, reason = 'the ERP is being moved'): string =>
      `mutation { systemPause(system: "erp", reason: "${reason}", until: "${until}") {
        system { holds { kind reason beganBy { name } until nextProbeAt } } userErrors { code field } } }`;
    await expect(asked(pause('2100-01-01T00:00:00Z'), 'MERCHANDISER')).rejects.toThrow('FORBIDDEN');
    const refused = await asked<{ systemPause: Payload }>(pause('2001-01-01T00:00:00Z', 'why'));
    expect(refused.systemPause.userErrors).toEqual([
      { code: 'REASON_TOO_SHORT', field: ['reason'] },
      { code: 'EFFECTIVE_IN_PAST', field: ['until'] },
    ]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const paused = await asked<{ systemPause: Payload & { system: object } }>(pause(until));
    const hold = {
      kind: 'PAUSE',
      reason: 'the ERP is being moved',
      beganBy: { name: 'oli' },
      until,
      nextProbeAt: null,
    };
    expect(paused.systemPause).toEqual({ system: { holds: [hold] }, userErrors: [] });
    const resume = 'mutation { systemResume(system: "erp") { system { holds { kind } } userErrors { code field } } }';
    expect(await asked(resume)).toEqual({ systemResume: { system: { holds: [] }, userErrors: [] } });
    expect(await asked(resume)).toEqual({
      systemResume: { system: null, userErrors: [{ code: 'WRONG_STATE', field: ['system'] }] },
    });
  });

  it('shows a canary that stopped on its request and its system, and lets an operator decide', async () => {
    const value = { canary: { above: 3, firstPercent: 10 } };
    must(
      await setSetting(kit.world.ports, kit.world.people.alex, {
        key: 'publishing',
        value,
        reason: 'small enough for a test',
      }),
    );
    await kit.apply(
      ...['CUP', 'TEA', 'MUG'].map((code) => ({
        kind: 'skuUpdate' as const,
        input: { code, baseRevision: null, fields: { price: '19.00' } },
      })),
    );
    await kit.drain();
    await advanceCanaries(kit.world.ports, 'erp');
    const { systems } = await asked<{
      systems: { code: string; canaries: { id: string; changeRequest: { number: string; canaries: object[] } }[] }[];
    }>(
      '{ systems { code canaries { id state records dead waiting changeRequest { number canaries { state system { code } } } } } }',
      'VIEWER',
    );
    const [canary] = systems.find(({ code }) => code === 'erp')?.canaries ?? [];
    expect(canary).toMatchObject({ state: 'STOPPED', records: 3, dead: 1, waiting: 2 });
    expect(canary?.changeRequest.canaries).toContainEqual({ state: 'STOPPED', system: { code: 'erp' } });
    const act = `canaryGiveUp(id: "${canary?.id}", reason: "the prices were wrong")`;
    await expect(asked(`mutation { ${act} { userErrors { code } } }`, 'MERCHANDISER')).rejects.toThrow('FORBIDDEN');
    expect(
      await asked(`mutation { ${act} { canary { state waiting reason decidedBy { name } } userErrors { code } } }`),
    ).toEqual({
      canaryGiveUp: {
        canary: { state: 'GIVEN_UP', waiting: 0, reason: 'the prices were wrong', decidedBy: { name: 'oli' } },
        userErrors: [],
      },
    });
    const node = await asked<{ node: object }>(`{ node(id: "${canary?.id}") { id ... on Canary { state } } }`);
    expect(node.node).toEqual({ id: canary?.id, state: 'GIVEN_UP' });
  });
});
