import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { createApiKey } from '../../src/application/access/create-api-key.js';
import type { Role } from '../../src/domain/actor.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from '../support/world.js';
import { buildWorld, HOST, must } from '../support/world.js';

const NAMING = [
  {
    name: 'tees',
    grammar: '{vendor:3}-{color:3}-{number:3}',
    segments: { color: { kind: 'DICTIONARY', of: 'option.Color', values: { Black: 'BLK' } } },
  },
];
const PROPOSE = `mutation ($input: SkuCodeProposeInput!) {
  skuCodePropose(input: $input) { codes policy reservedUntil userErrors { code message field } } }`;
const VIOLATIONS = `query ($first: Int, $after: String, $policy: String) {
  namingViolations(first: $first, after: $after, policy: $policy) {
    edges { cursor } nodes { code policy why sku { code state } } pageInfo { hasNextPage endCursor } } }`;

interface Answer {
  data?: Record<string, Record<string, unknown>> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

describe('naming over GraphQL', () => {
  let world: World;
  let app: INestApplication;
  let url: string;
  const keys = new Map<Role, string>();

  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    for (const [party, role] of [
      ['mia', 'MERCHANDISER'],
      ['ada', 'APPROVER'],
      ['alex', 'ADMIN'],
    ] as const) {
      const draft = { name: party, party, roles: [role], expiresAt: null };
      keys.set(role, must(await createApiKey(world.ports, HOST, draft)).secret);
    }
    const readiness = new SystemReadiness(world.database.source, null);
    const parts = {
      ports: world.ports,
      readiness,
      bootstrapKey: null,
      publicUrl: 'http://localhost/',
      production: false,
    };
    app = await NestFactory.create(AppModule.with(parts), { logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/graphql`;
  });
  afterAll(async () => {
    await app.close();
    await world.close();
  });

  async function ask(role: Role, query: string, variables: object = {}): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys.get(role)}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }
  const input = (color: string): object => ({ product: 'tee', optionValues: [{ name: 'Color', value: color }] });

  it('takes policies from setting to code, with the place of every fault', async () => {
    const set = `mutation ($value: JSON!) { settingSet(key: "naming", value: $value, reason: "policies for codes") {
      setting { version } userErrors { code field message } } }`;
    const faulty = await ask('ADMIN', set, { value: [{ ...NAMING[0], grammar: '{vendor:3' }] });
    expect(faulty.data?.['settingSet']?.['userErrors']).toMatchObject([
      { code: 'INVALID_FORMAT', field: ['value', '0', 'grammar'] },
    ]);
    expect((await ask('ADMIN', set, { value: NAMING })).data).toEqual({
      settingSet: { setting: { version: 1 }, userErrors: [] },
    });
    const create = `mutation ($changes: [ChangeInput!]!) { changeRequestCreate(input: { title: "t", changes: $changes }) {
      changeRequest { id warnings { code } } warnings { code field } userErrors { code } } }`;
    const sku = (code: string, color: string): object => ({
      skuCreate: { code, product: 'tee', fields: { optionValues: [{ name: 'Color', value: color }] } },
    });
    const productCreate = { handle: 'tee', title: 'Tee', vendor: 'Acme', optionNames: ['Color'] };
    const made = await ask('MERCHANDISER', create, {
      changes: [{ productCreate }, sku('ACM-BLK-001', 'Black'), sku('ACM.BLK.OO1', 'Coal')],
    });
    expect(made.data?.['changeRequestCreate']).toMatchObject({
      userErrors: [],
      warnings: [
        { code: 'LOOKS_LIKE', field: ['input', 'changes', '1', 'skuCreate', 'code'] },
        { code: 'LOOKS_LIKE', field: ['input', 'changes', '2', 'skuCreate', 'code'] },
        { code: 'NAMING_POLICY', field: ['input', 'changes', '2', 'skuCreate', 'code'] },
      ],
      changeRequest: { warnings: [{ code: 'LOOKS_LIKE' }, { code: 'LOOKS_LIKE' }, { code: 'NAMING_POLICY' }] },
    });
    const request = made.data?.['changeRequestCreate']?.['changeRequest'] as { id: string };
    const approve = `mutation ($id: ID!) { changeRequestApprove(id: $id) { changeRequest { state } userErrors { code } } }`;
    expect((await ask('APPROVER', approve, { id: request.id })).data?.['changeRequestApprove']).toEqual({
      changeRequest: { state: 'APPLIED' },
      userErrors: [],
    });
  });

  it('lists what does not fit', async () => {
    const first = (await ask('APPROVER', VIOLATIONS, { first: 1, policy: 'Tees' })).data?.['namingViolations'];
    expect(first).toMatchObject({
      nodes: [{ code: 'ACM.BLK.OO1', policy: 'tees', sku: { code: 'ACM.BLK.OO1', state: 'DRAFT' } }],
      pageInfo: { hasNextPage: true },
    });
    const { endCursor } = (first?.['pageInfo'] ?? {}) as { endCursor?: string };
    expect((await ask('APPROVER', VIOLATIONS, { after: endCursor })).data?.['namingViolations']).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: false },
    });
    for (const variables of [{ after: 'bm9uc2Vuc2U=' }, { after: 'QQ' }, { policy: 'none' }, { first: 0 }]) {
      const { errors } = await ask('APPROVER', VIOLATIONS, variables);
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    }
  });

  it('proposes to merchandisers, and says why it cannot', async () => {
    const made = (await ask('MERCHANDISER', PROPOSE, { input: input('black') })).data?.['skuCodePropose'];
    expect(made).toMatchObject({ codes: ['ACM-BLK-002'], policy: 'tees', userErrors: [] });
    const hours = (Date.parse(String(made?.['reservedUntil'])) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(71.9);
    expect(hours).toBeLessThan(72.1);
    expect(
      (await ask('ADMIN', PROPOSE, { input: { ...input('Black'), count: 2 } })).data?.['skuCodePropose'],
    ).toMatchObject({
      codes: ['ACM-BLK-003', 'ACM-BLK-004'],
    });
    expect((await ask('MERCHANDISER', PROPOSE, { input: input('Coal') })).data?.['skuCodePropose']).toEqual({
      codes: [],
      policy: null,
      reservedUntil: null,
      userErrors: [
        {
          code: 'NAMING_POLICY',
          message: 'tees: color: the dictionary has no abbreviation of "Coal"; it knows: Black is BLK',
          field: ['input', 'optionValues', '0', 'value'],
        },
      ],
    });
    const { errors } = await ask('APPROVER', PROPOSE, { input: input('Black') });
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });

  it('says what would go unused, with its place, instead of dropping it', async () => {
    const told = async (bad: object): Promise<string[]> => {
      const { data } = await ask('MERCHANDISER', PROPOSE, { input: bad });
      expect(data?.['skuCodePropose']?.['codes']).toEqual([]);
      const errors = (data?.['skuCodePropose']?.['userErrors'] ?? []) as {
        code: string;
        field: string[];
        message: string;
      }[];
      return errors.map(({ code, field, message }) => `${code} ${field.slice(1).join('.')}: ${message}`);
    };
    const color = { name: 'Color', value: 'Black' };
    const twice = [
      { name: 'vendor', value: 'ACM' },
      { name: 'vendor', value: 'ACN' },
    ];
    expect(await told({ ...input('Black'), segments: twice })).toEqual([
      'DUPLICATE_CHANGE segments.1.name: segment vendor is given twice',
    ]);
    expect(await told({ ...input('Black'), segments: [{ name: 'number', value: '5' }] })).toEqual([
      'NAMING_POLICY segments.0.value: tees: number counts by itself, and cannot be given',
    ]);
    const options = [color, { name: 'color', value: 'White' }, { name: 'Bogus', value: 'x' }];
    expect(await told({ product: 'tee', optionValues: options, count: 0 })).toEqual([
      'INVALID_FORMAT count: from 1 to 100 codes at once',
      'DUPLICATE_CHANGE optionValues.1.name: option color is given twice',
      'INVALID_FORMAT optionValues.2.name: the product has the options Color, and none called Bogus',
    ]);
    expect(await told({ product: 'tee' })).toEqual([
      'NAMING_POLICY optionValues: tees: color is worked out from option.Color, which has no value',
    ]);
    const newProduct = { title: 'New', vendor: 'Acme' };
    expect(await told({ product: 'Bad Handle', newProduct, optionValues: [color] })).toEqual([
      expect.stringMatching(/^INVALID_FORMAT product: /),
    ]);
    expect(await told({ product: 'new', newProduct: { title: 'New' }, optionValues: [color] })).toEqual([
      'NAMING_POLICY newProduct.vendor: tees: vendor is worked out from product.vendor, which has no value',
    ]);
  });

  it('answers texts of any kind with a reason', async () => {
    const silent: string[] = [];
    const texts = ['\u0000', '\ud800', '\u202e', 'x'.repeat(40_000), '１', "'=1+1", '-0'];
    for (const text of texts) {
      for (const bad of [
        { product: text },
        { ...input('Black'), policy: text },
        { ...input('Black'), segments: [{ name: text, value: 'x' }] },
        { ...input('Black'), segments: [{ name: 'color', value: text }] },
        { product: 'tee', optionValues: [{ name: 'Color', value: text }] },
        { product: 'new', newProduct: { title: text, vendor: text } },
      ]) {
        const answer = await ask('MERCHANDISER', PROPOSE, { input: bad });
        const codes = (answer.data?.['skuCodePropose']?.['userErrors'] as { code: string }[] | undefined) ?? [];
        const told = answer.errors?.map(({ extensions }) => extensions['code']) ?? [];
        if (codes.length + told.length === 0) silent.push(JSON.stringify([bad, answer]).slice(0, 300));
        expect(told).not.toContain('INTERNAL');
      }
    }
    expect(silent).toEqual([]);
  });
});
