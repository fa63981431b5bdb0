import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Role } from '../../src/domain/actor.js';
import { ROLES } from '../../src/domain/actor.js';
import type { Api } from '../support/api.js';
import { openApi } from '../support/api.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, importBaseline, must } from '../support/world.js';
import { ownershipOf } from './ownership-kit.js';

const FILE = [
  'Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status',
  'cup,Cup,Acme,Cups,Color,Red,CUP-R,5.00,active',
  'cup,,,,,Blue,CUP-B,6.00,',
  'pot,Pot,Brew,Pots,Color,Red,POT-R,7.00,active',
  'mug,=Mug,Cara,Cups,Color,Red,MUG-R,8.00,active',
].join('\n');

interface Answer {
  data?: { [field: string]: { [name: string]: unknown } } | null;
  errors?: { message: string; extensions: { code: string } }[];
}

describe('ownership over HTTP', () => {
  let world: World;
  let api: Api;
  let own: ReturnType<typeof ownershipOf>;
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    world = await buildWorld();
    own = ownershipOf(world);
    api = await openApi(world);
    await importBaseline(world, FILE);
    for (const role of ROLES) {
      const draft = { name: role, party: null, roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(world.ports, HOST, draft)).secret);
    }
  });
  afterAll(async () => {
    await api.close();
    await world.close();
  });

  const headers = (role: Role | null): { [name: string]: string } =>
    role === null ? {} : { authorization: `Bearer ${keys.get(role)}` };
  const ask = async (query: string, role: Role | null = 'ADMIN'): Promise<Answer> => {
    const sent = { 'content-type': 'application/json', ...headers(role) };
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: sent,
      body: JSON.stringify({ query }),
    });
    const answer: Answer = JSON.parse(await response.text());
    return answer;
  };
  const send = (path: string, body: string, role: Role | null = 'ADMIN'): Promise<Response> =>
    fetch(`${api.url}${path}`, { method: 'POST', headers: { 'content-type': 'text/csv', ...headers(role) }, body });
  const file = async (path: string, role: Role | null = 'VIEWER'): Promise<Record<string, string>[]> => {
    const response = await fetch(`${api.url}${path}`, { headers: headers(role) });
    expect([path, response.status]).toEqual([path, 200]);
    const rows: Record<string, string>[] = parse(await response.text(), { columns: true, bom: true });
    return rows;
  };
  const errorsOf = ({ data }: Answer, field: string): unknown => data?.[field]?.['userErrors'];

  it('is changed by ADMIN alone, and read by everybody who is signed in', async () => {
    const changes = [
      'partySet(input: { code: "x", kind: USER, name: "X" }) { party { code } }',
      'ownershipRuleSet(input: { scope: DEFAULT, owner: "ada" }) { rule { id } }',
      'ownershipRuleEnd(id: "OwnershipRule_00000000-0000-7000-8000-000000000000") { rule { id } }',
    ];
    const reads = [
      'ownershipCoverage { skus }',
      'ownershipRules { match }',
      'ownershipRuleSearch { totalCount }',
      'partyLeaves(code: "ada") { skuCount }',
      'parties { code engineering delegate { code } teams { code } }',
    ];
    for (const role of [...ROLES.filter((each) => each !== 'ADMIN'), null]) {
      const code = role === null ? 'UNAUTHENTICATED' : 'FORBIDDEN';
      for (const change of changes) {
        expect([change, (await ask(`mutation { ${change} }`, role)).errors?.[0]?.extensions.code]).toEqual([
          change,
          code,
        ]);
      }
      const upload = await send('/ownership/assignments', 'SKU,Owner\nCUP-R,mia\n', role);
      expect([role, upload.status]).toEqual([role, role === null ? 401 : 403]);
      for (const read of reads) {
        const { errors } = await ask(`{ ${read} }`, role);
        expect([read, errors?.[0]?.extensions.code]).toEqual([read, role === null ? 'UNAUTHENTICATED' : undefined]);
      }
      for (const path of ['/exports/owners.csv', '/exports/ownership-rules.csv']) {
        const response = await fetch(`${api.url}${path}`, { headers: headers(role) });
        expect([path, response.status]).toEqual([path, role === null ? 401 : 200]);
        await response.text();
      }
    }
    expect(await own.ownerOf('CUP-R')).toBe('ada');
  });

  it('tells every fault of a rule at once, and takes what is right with a warning', async () => {
    const set = (input: string): Promise<Answer> =>
      ask(`mutation { ownershipRuleSet(input: { ${input} }) { rule { match owner { code } effectiveTo }
        warnings { code field } userErrors { code field } } }`);
    const wrong = await set(
      'scope: SKU, match: "NONE", owner: "nobody", effectiveFrom: "2026-03-02T00:00:00Z", effectiveTo: "2026-03-02T00:00:00Z"',
    );
    expect(errorsOf(wrong, 'ownershipRuleSet')).toEqual([
      { code: 'INVALID_FORMAT', field: ['input', 'effectiveTo'] },
      { code: 'NOT_FOUND', field: ['input', 'match'] },
      { code: 'NOT_FOUND', field: ['input', 'owner'] },
    ]);
    expect(errorsOf(await set('scope: DEFAULT, match: "x", owner: " "'), 'ownershipRuleSet')).toEqual([
      { code: 'INVALID_FORMAT', field: ['input', 'match'] },
      { code: 'REQUIRED', field: ['input', 'owner'] },
    ]);
    expect(errorsOf(await set('scope: PRODUCT, match: "no-such", owner: "ada"'), 'ownershipRuleSet')).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'match'] },
    ]);
    must(await own.team('empty', []));
    expect(errorsOf(await set('scope: VENDOR, match: "Acme", owner: "empty"'), 'ownershipRuleSet')).toEqual([
      { code: 'WRONG_STATE', field: ['input', 'owner'] },
    ]);
    must(await own.set('dev', { engineering: true }));
    const taken = await set('scope: VENDOR, match: "Acme ", owner: "DEV"');
    expect(taken.data?.['ownershipRuleSet']).toEqual({
      rule: { match: 'Acme', owner: { code: 'dev' }, effectiveTo: null },
      warnings: [
        { code: 'ENGINEERING_OWNER', field: ['input', 'owner'] },
        { code: 'NO_APPROVER_KEY', field: ['input', 'owner'] },
      ],
      userErrors: [],
    });
    await own.keyOf('app', 'APPROVER');
    must(await own.team('mixed', ['app', 'dev']));
    for (const owner of ['app', 'mixed']) {
      const signs = await set(`scope: VENDOR, match: "Of ${owner}", owner: "${owner}"`);
      expect(signs.data?.['ownershipRuleSet']).toMatchObject({ warnings: [], userErrors: [] });
    }
  });

  it('warns where somebody who owns SKUs is flagged as engineering, or is the last of a team who is not', async () => {
    const flag = (code: string, engineering: boolean): Promise<Answer> =>
      ask(`mutation { partySet(input: { code: "${code}", kind: USER, name: "${code}", engineering: ${engineering} }) {
        warnings { code field message } userErrors { code } } }`);
    must(await own.set('new'));
    expect((await flag('new', true)).data?.['partySet']).toEqual({ warnings: [], userErrors: [] });
    expect((await flag('app', true)).data?.['partySet']).toEqual({
      warnings: [
        {
          code: 'ENGINEERING_OWNER',
          field: ['input', 'engineering'],
          message: expect.stringMatching(/^app is engineering now, and accountable by 1 /),
        },
        {
          code: 'ENGINEERING_OWNER',
          field: ['input', 'engineering'],
          message: expect.stringMatching(/^mixed is engineering now/),
        },
      ],
      userErrors: [],
    });
    expect((await flag('app', true)).data?.['partySet']).toEqual({ warnings: [], userErrors: [] });
    expect((await flag('app', false)).data?.['partySet']).toEqual({ warnings: [], userErrors: [] });
  });

  it('is covered in figures, with engineering warned of', async () => {
    const { data } = await ask(`{ ownershipCoverage { skus owned orphaned share engineering byCause { cause skus }
      byScope { scope skus } byOwner { party { code } skus engineering } warnings { code skus party } } }`);
    expect(data?.['ownershipCoverage']).toMatchObject({
      skus: 4,
      owned: 4,
      orphaned: 0,
      share: 1,
      engineering: 2,
      byOwner: [
        { party: { code: 'ada' }, skus: 2, engineering: false },
        { party: { code: 'dev' }, skus: 2, engineering: true },
      ],
      warnings: [{ code: 'ENGINEERING_OWNER', skus: 2, party: 'dev' }],
    });
  });

  it('asks for a successor in the same mutation, and lists what is left', async () => {
    const leave = (over: string): Promise<Answer> =>
      ask(`mutation { partySet(input: { code: "dev", kind: USER, name: "Dev", active: false ${over} }) {
        party { active } userErrors { code field }
        leaves { ruleCount skuCount skus rules { scope match } teams { code } delegators { code } requests { number } keyCount } } }`);
    const leaves = { ruleCount: 1, skuCount: 2, skus: ['CUP-B', 'CUP-R'], rules: [{ scope: 'VENDOR', match: 'Acme' }] };
    expect((await leave('')).data?.['partySet']).toMatchObject({
      party: null,
      userErrors: [{ code: 'SUCCESSOR_REQUIRED', field: ['input', 'successor'] }],
      leaves,
    });
    const { data } = await ask(
      '{ partyLeaves(code: "Dev") { skuCount skus } none: partyLeaves(code: "x") { skuCount } }',
    );
    expect(data).toEqual({ partyLeaves: { skuCount: 2, skus: ['CUP-B', 'CUP-R'] }, none: null });
    expect((await leave(', successor: "mia"')).data?.['partySet']).toMatchObject({
      party: { active: false },
      userErrors: [],
      leaves,
    });
    const { data: after } = await ask(
      '{ sku(code: "CUP-R") { owner { orphaned party { code } rule { scope match } } } }',
    );
    expect(after?.['sku']).toEqual({
      owner: { orphaned: false, party: { code: 'mia' }, rule: { scope: 'VENDOR', match: 'Acme' } },
    });
  });

  it('is listed as a file that comes back with the owners filled in', async () => {
    const rows = await file('/exports/owners.csv?owner=ada');
    expect(
      rows.map((row) => [row['SKU'], row['Owner'], row['Present Owner'], row['Decided By'], row['Title']]),
    ).toEqual([
      ['MUG-R', '', 'ada', 'DEFAULT', "'=Mug - Red"],
      ['POT-R', '', 'ada', 'DEFAULT', 'Pot - Red'],
    ]);
    const filled = [
      'SKU,Owner,Present Owner,Decided By,Orphaned,Title',
      "MUG-R,mia,ada,DEFAULT,,'=Mug",
      'POT-R,,ada,DEFAULT,,Pot',
    ];
    const dry = await send('/ownership/assignments?dryRun=true', filled.join('\r\n'));
    const result = { rows: 2, leftBlank: 1, unchanged: 0, set: 1, ended: 0, warnings: [{ code: 'NO_APPROVER_KEY' }] };
    expect([dry.status, await dry.json()]).toMatchObject([200, { dryRun: true, ...result }]);
    expect(await own.ownerOf('MUG-R')).toBe('ada');
    const done = await send('/ownership/assignments', filled.join('\r\n'));
    expect([done.status, await done.json()]).toMatchObject([200, { dryRun: false, ...result }]);
    expect(await own.ownerOf('MUG-R')).toBe('mia');
    const again = await send('/ownership/assignments', filled.join('\r\n'));
    expect(await again.json()).toMatchObject({ unchanged: 1, set: 0 });
    const assigned = (await own.audited('OWNERSHIP_ASSIGNED')).at(-1)?.data;
    expect(assigned).toMatchObject({ part: 1, of: 1, rules: [{ scope: 'SKU', match: 'MUG-R' }] });
  });

  it('gives its rules as a file that changes nothing when it is sent back', async () => {
    // Also two for one name, and one of somebody who cannot answer any more: they are so, whatever is right.
    await own.owns('VENDOR', 'Doubled', 'ada');
    must(await own.set('ghost'));
    await own.owns('VENDOR', 'doubled', 'ghost');
    must(await own.set('ghost', { active: false, leaveOrphaned: true }));
    const text = await (await fetch(`${api.url}/exports/ownership-rules.csv`, { headers: headers('VIEWER') })).text();
    const rows: unknown[] = parse(text, { columns: true, bom: true });
    expect(rows.length).toBeGreaterThan(4);
    const sent = async (body: string, query = '?dryRun=true'): Promise<unknown> =>
      (await send(`/ownership/assignments${query}`, body)).json();
    expect(await sent(text, '')).toMatchObject({ rows: rows.length, unchanged: rows.length, set: 0, ended: 0 });
    // A row that asks for something beside them is in doubt still, and the lower of the two alone asks for the upper one's place.
    expect(await sent(`${text}VENDOR,DOUBLED,mia,,\n`)).toMatchObject({ errors: [{ code: 'DUPLICATE_CHANGE' }] });
    expect(await sent(text.replace(/^.*ghost.*\r?\n/m, ''))).toMatchObject({ set: 1, ended: 2 });
  });

  it('takes no file of which a row is wrong, and names each', async () => {
    const before = await world.ports.catalog.ownershipRules();
    const wrong = [
      'Scope,Match,Owner',
      'SKU,CUP-R,ada',
      'SKU,NONE,ada',
      'BRAND,x,ada',
      'SKU,POT-R,zed',
      'SKU,cup-r,mia',
    ];
    for (const query of ['', '?dryRun=true']) {
      const answer = await send(`/ownership/assignments${query}`, wrong.join('\n'));
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        error: { code: 'NOT_FOUND', message: 'nothing was set: 4 faults' },
        errorCount: 4,
        errors: [
          { line: 3, column: 'Match', code: 'NOT_FOUND', value: 'NONE' },
          { line: 4, column: 'Scope', code: 'INVALID_FORMAT', value: 'BRAND' },
          { line: 5, column: 'Owner', code: 'NOT_FOUND', value: 'zed' },
          { line: 6, column: 'Match', code: 'DUPLICATE_CHANGE' },
        ],
      });
    }
    expect(await world.ports.catalog.ownershipRules()).toEqual(before);
  });

  it.each([
    ['', 'CSV_INVALID', 400],
    ['SKU;Owner\nCUP-R;"ada\n', 'CSV_INVALID', 400],
    ['<html>', 'CSV_INVALID', 400],
    ['SKU,Owner\nCUP-R,\u0000\n', 'CSV_INVALID', 400],
    ['SKU,Ownr\nCUP-R,ada\n', 'COLUMN_UNKNOWN', 400],
    [`SKU,Owner,Title\n${`CUP-R,ada,${'x'.repeat(1_000)}\n`.repeat(21 * 1024)}`, 'TOO_LONG', 413],
    ['SKU,Owner\n'.padEnd(4 * 1024 * 1024, '\n'), 'TOO_MANY', 400],
  ])('refuses a file that is none: %#', async (body, code, status) => {
    const answer = await send('/ownership/assignments', body);
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }]);
  });

  it('takes a file that is packed, and refuses one that only says so', async () => {
    const packed = (body: Buffer): Promise<Response> => {
      const sent = { ...headers('ADMIN'), 'content-type': 'text/csv', 'content-encoding': 'gzip' };
      return fetch(`${api.url}/ownership/assignments?dryRun=true`, {
        method: 'POST',
        headers: sent,
        body: new Uint8Array(body),
      });
    };
    const csv = Buffer.from('SKU,Owner\nPOT-R,mia\n');
    expect(await (await packed(gzipSync(csv))).json()).toMatchObject({ rows: 1, set: 1 });
    expect(await (await packed(csv)).json()).toMatchObject({ error: { code: 'CSV_INVALID' } });
    const huge = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'SKU,Owner,Title '));
    expect((await packed(huge)).status).toBe(413);
  });

  it('refuses parameters that are none', async () => {
    for (const path of [
      '/exports/owners.csv?orphan=true',
      '/exports/owners.csv?orphaned=yes',
      '/exports/ownership-rules.csv?x=1',
    ]) {
      const answer = await fetch(`${api.url}${path}`, { headers: headers('VIEWER') });
      expect([path, answer.status, await answer.json()]).toMatchObject([
        path,
        400,
        { error: { code: 'INVALID_FORMAT' } },
      ]);
    }
    const none = await fetch(`${api.url}/exports/owners.csv?owner=zed`, { headers: headers('VIEWER') });
    expect([none.status, await none.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
    expect((await send('/ownership/assignments?dryrun=true', 'SKU,Owner\nCUP-R,ada\n')).status).toBe(400);
    expect(await own.ownerOf('CUP-R')).toBe('mia');
    const deep = await ask('{ ownershipRuleSearch(first: 1, after: "x") { nodes { id } } }');
    expect(deep.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const nul = await ask('{ ownershipRuleSearch(filter: { owner: "\\u0000" }) { totalCount } }');
    expect(nul.errors?.[0]?.extensions.code ?? 'ANSWERED').not.toBe('INTERNAL');
  });

  it('pages through rules, ended ones too, and finds them by what they match', async () => {
    const { data } = await ask(`{ all: ownershipRuleSearch(first: 2) { totalCount pageInfo { hasNextPage endCursor } }
      ended: ownershipRuleSearch(filter: { live: false }) { nodes { match owner { code } } }
      acme: ownershipRuleSearch(filter: { scopes: [VENDOR], match: "ACME", live: true }) { nodes { owner { code } } }
      nobody: ownershipRuleSearch(filter: { owner: "zed" }) { totalCount } }`);
    expect(data).toMatchObject({
      all: { pageInfo: { hasNextPage: true } },
      ended: { nodes: [{ match: 'Acme', owner: { code: 'dev' } }] },
      acme: { nodes: [{ owner: { code: 'mia' } }] },
      nobody: { totalCount: 0 },
    });
  });
});
