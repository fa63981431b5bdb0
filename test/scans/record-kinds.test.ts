import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangeDraft } from '../../src/application/change/change-draft.js';
import { createPlain, move } from '../bundles/bundle-kit.js';
import { DriftKit } from '../drift/drift-kit.js';
import { control } from '../support/world.js';

const AS = { kind: 'staff', name: 'Sam' };

/** What the master has by then, what is done in a system, and what a full scan of all finds: `system KIND target severity`. */
interface Case {
  /** Of the SKU, and how whatever else the case makes begins. */
  code: string;
  name: string;
  /** Requests that are applied, one after another, and delivered. */
  master?: ChangeDraft[][];
  act: (hands: Hands) => Promise<unknown>;
  found: string[];
  /** Makes it as it was: what was found ends by itself. */
  undo?: (hands: Hands) => Promise<unknown>;
}

interface Hands {
  shop(hand: string, body: object): Promise<unknown>;
  erp(hand: string, body: object): Promise<unknown>;
}

const listed = (code: string, listedIn: string[]): ChangeDraft[] => [
  { kind: 'skuUpdate', input: { code, baseRevision: null, fields: { listedIn } } },
];
const retired = (code: string): ChangeDraft[][] => [[move(code, 'PHASE_OUT')], [move(code, 'RETIRED')]];
const prelaunch = (code: string): ChangeDraft[][] => [createPlain(code), [move(code, 'PRELAUNCH')]];
/** It has been in service, and is there still: nobody governs it. */
const draft = (code: string): ChangeDraft[][] => [...prelaunch(code), [move(code, 'DRAFT')]];
const deleted = (code: string) => (hands: Hands) => hands.erp('delete', { code });
const gone = (sku: string) => (hands: Hands) => hands.shop('delete', { sku });
const added = (sku: string | null) => (hands: Hands) =>
  hands.shop('add', { as: AS, title: `Added ${sku ?? 'bare'}`, price: '5.00', ...(sku !== null && { sku }) });
const renamed = (sku: string, to: string | null) => (hands: Hands) =>
  hands.shop('edit', { as: AS, sku, set: { sku: to } });
const recoded = (code: string, to: string) => (hands: Hands) => hands.erp('recode', { as: AS, code, to });

const MISSING: Case[] = [
  {
    code: 'MA',
    name: 'an item deleted in the ERP',
    act: deleted('MA'),
    found: ['erp MISSING MA MEDIUM'],
  },
  {
    code: 'MB',
    name: 'a variant deleted in the store, and its product with it',
    act: gone('MB'),
    found: ['shopify MISSING MB MEDIUM', 'shopify MISSING p-mb MEDIUM'],
  },
  { code: 'mc', name: 'PRELAUNCH', master: prelaunch('mc'), act: deleted('mc'), found: ['erp MISSING mc MEDIUM'] },
  {
    code: 'MD',
    name: 'ON_HOLD',
    master: [[move('MD', 'ON_HOLD')]],
    act: deleted('MD'),
    found: ['erp MISSING MD MEDIUM'],
  },
  {
    code: 'ME',
    name: 'PHASE_OUT',
    master: [[move('ME', 'PHASE_OUT')]],
    act: deleted('ME'),
    found: ['erp MISSING ME MEDIUM'],
  },
  { code: 'MF', name: 'RETIRED: nobody misses it', master: retired('MF'), act: deleted('MF'), found: [] },
  { code: 'MG', name: 'RETIRED, with its product', master: retired('MG'), act: gone('MG'), found: [] },
  {
    code: 'MH',
    name: 'no longer listed in the ERP',
    master: [listed('MH', ['shopify'])],
    act: deleted('MH'),
    found: [],
  },
  {
    code: 'MI',
    name: 'no longer listed in the store, and its product with it',
    master: [listed('MI', ['erp'])],
    act: gone('MI'),
    found: [],
  },
  { code: 'mj', name: 'DRAFT once more', master: draft('mj'), act: deleted('mj'), found: [] },
  { code: 'mk', name: 'DRAFT once more, with its product', master: draft('mk'), act: gone('mk'), found: [] },
];

const UNEXPECTED: Case[] = [
  {
    code: 'UA',
    name: 'a product that staff made in the store',
    act: added('UA-NEW'),
    found: ['shopify UNEXPECTED UA-NEW LOW'],
    undo: gone('UA-NEW'),
  },
  {
    code: 'UB',
    name: 'an item that staff copied in the ERP',
    act: (hands) => hands.erp('copy', { as: AS, code: 'UB', to: 'UB-NEW' }),
    found: ['erp UNEXPECTED UB-NEW LOW'],
    undo: deleted('UB-NEW'),
  },
  {
    code: 'UC',
    name: 'two strangers that bear one code',
    act: async (hands) => [await added('UC-NEW')(hands), await added('uc-new')(hands)],
    found: ['shopify DUPLICATE UC-NEW HIGH', 'shopify UNEXPECTED UC-NEW LOW', 'shopify UNEXPECTED uc-new LOW'],
  },
  { code: 'UD', name: 'a variant without a code', act: added(null), found: ['shopify UNEXPECTED ud-by-id LOW'] },
  {
    code: 'UE',
    name: 'one that bears the code of a DRAFT, which is looked for when it enters service',
    master: [createPlain('ue-draft')],
    act: added('ue-draft'),
    found: [],
  },
];

const DUPLICATE: Case[] = [
  {
    code: 'DA',
    name: 'a twin',
    act: added('DA'),
    found: ['shopify DUPLICATE DA HIGH'],
  },
  {
    code: 'DB',
    name: 'a twin in small letters',
    act: added('db'),
    found: ['shopify DUPLICATE DB HIGH'],
    undo: gone('db'),
  },
  {
    code: 'DC',
    name: 'a twin of a RETIRED one',
    master: retired('DC'),
    act: added('dc'),
    found: ['shopify DUPLICATE DC HIGH'],
    undo: gone('dc'),
  },
  {
    code: 'dd',
    name: 'a twin of a DRAFT that is there still',
    master: draft('dd'),
    act: added('DD'),
    found: ['shopify DUPLICATE dd HIGH'],
    undo: gone('DD'),
  },
];

const RECODED: Case[] = [
  {
    code: 'RA',
    name: 'another code in the store',
    act: renamed('RA', 'RA-X'),
    found: ['shopify RECODED RA HIGH'],
    undo: renamed('RA-X', 'RA'),
  },
  { code: 'RB', name: 'no code at all', act: renamed('RB', null), found: ['shopify RECODED RB HIGH'] },
  { code: 'RC', name: 'the same code in small letters', act: renamed('RC', 'rc'), found: [] },
  {
    code: 'RD',
    name: 'another code in the ERP',
    act: recoded('RD', 'RD-X'),
    found: ['erp RECODED RD HIGH'],
    undo: recoded('RD-X', 'RD'),
  },
  {
    code: 'RE',
    name: "another SKU's code",
    master: [createPlain('re-2'), [move('re-2', 'PRELAUNCH')]],
    act: renamed('RE', 're-2'),
    found: ['shopify DUPLICATE re-2 HIGH', 'shopify RECODED RE HIGH'],
  },
  {
    code: 'RF',
    name: 'two that changed codes: each is known by its id',
    master: [createPlain('rf-2'), [move('rf-2', 'PRELAUNCH')]],
    act: async (hands) => [
      await renamed('RF', 'RF-T')(hands),
      await renamed('rf-2', 'RF')(hands),
      await renamed('RF-T', 'rf-2')(hands),
    ],
    found: ['shopify RECODED RF HIGH', 'shopify RECODED rf-2 HIGH'],
  },
  {
    code: 'RG',
    name: 'and another price besides',
    act: (hands) => hands.shop('edit', { as: AS, sku: 'RG', set: { sku: 'RG-X', price: '9.99' } }),
    found: ['shopify FIELD RG HIGH', 'shopify RECODED RG HIGH'],
  },
  {
    code: 'RH',
    name: 'RETIRED',
    master: retired('RH'),
    act: renamed('RH', 'RH-X'),
    found: ['shopify RECODED RH HIGH'],
  },
];

const DRAFT: Case[] = [
  {
    code: 'fa',
    name: 'another price in the store',
    master: draft('fa'),
    act: (hands) => hands.shop('edit', { as: AS, sku: 'fa', set: { price: '9.99' } }),
    found: [],
  },
  {
    code: 'fb',
    name: 'another name in the ERP, on sale there',
    master: draft('fb'),
    act: (hands) => hands.erp('edit', { as: AS, code: 'fb', set: { name: 'Renamed', salable: true } }),
    found: [],
  },
  { code: 'fc', name: 'another code', master: draft('fc'), act: renamed('fc', 'fc-x'), found: [] },
  { code: 'fd', name: 'another code in the ERP', master: draft('fd'), act: recoded('fd', 'fd-x'), found: [] },
];

const KINDS = { MISSING, UNEXPECTED, DUPLICATE, RECODED, DRAFT };
const ALL = Object.values(KINDS).flat();

/** Kinds of findings that tell of whole records, and records that nobody governs: the table beside that of fields (design 4.7). */
describe('what a full scan says of whole records', () => {
  let kit: DriftKit;
  let found: string[];
  beforeAll(async () => {
    // Those that requests create are not there before.
    kit = await DriftKit.open(ALL.filter(({ code, master = [] }) => !isMade(code, master)).map(({ code }) => code));
    for (const stage of [0, 1, 2]) {
      const changes = ALL.flatMap(({ master = [] }) => master[stage] ?? []);
      if (changes.length > 0) await kit.applied(...changes);
      await kit.drained();
    }
    await kit.scanned();
    await kit.drained();
    expect(await lines()).toEqual([]);
    for (const { act } of ALL) await act(hands);
    await kit.scanned();
    found = await lines();
  }, 180_000);
  afterAll(() => kit.close());

  const hands: Hands = {
    shop: (hand, body) => control(kit.world.sandbox.shopify.url, hand, body),
    erp: (hand, body) => control(kit.world.sandbox.erp.url, hand, body),
  };
  const lines = async (): Promise<string[]> => {
    const all = await kit.findings({ states: ['OPEN'] });
    // What has no code is called by its id there.
    const named = (target: string): string => (target.startsWith('gid:') ? 'ud-by-id' : target);
    return all.map(({ system, kind, target, severity }) => `${system} ${kind} ${named(target)} ${severity}`).sort();
  };
  const isOf = (code: string) => (line: string) => {
    const target = line.split(' ')[2]?.toLowerCase().replace(/^p-/, '') ?? '';
    return target === code.toLowerCase() || target.startsWith(`${code.toLowerCase()}-`);
  };

  for (const [kind, cases] of Object.entries(KINDS))
    it.each(cases.map((each) => [`${kind}: ${each.name}`, each] as const))('%s', (_name, each) => {
      expect(found.filter(isOf(each.code))).toEqual(each.found);
    });

  it('and nothing else; what has no code, or that of a DRAFT, is listed', async () => {
    expect(found).toEqual(ALL.flatMap((each) => each.found).sort());
    const bare = `select coalesce(code, '') as code from ungoverned_record where entity = 'SKU' and system = 'shopify'
      and (code is null or code = 'ue-draft') order by 1`;
    expect(await kit.sql(bare)).toEqual([{ code: '' }, { code: 'ue-draft' }]);
  });

  it('what is there of a DRAFT counts as compared with nothing, and is told so', async () => {
    const { ports } = kit.world;
    const resting = await kit.sql<{ system: string; id: string; code: string }>(
      `select r.system, r.id, s.code from record r join sku s on s.id = r.sku_id
       where s.state = 'DRAFT' and r.external_id is not null order by 1, 3`,
    );
    expect(resting.length).toBeGreaterThan(0);
    const all = await kit.sql<{ system: string; records: number; products: number }>(
      `select r.system, count(*)::int as records, (count(*) filter (where r.entity = 'PRODUCT' and not exists (select from sku s
         where s.product_id = r.product_id and s.state <> 'DRAFT' and r.system = any(s.listed_in))))::int as products
       from record r where r.external_id is not null group by 1`,
    );
    const coverage = await ports.coverage.coverage(24);
    for (const { system, records, products } of all) {
      const notInService = products + resting.filter((each) => each.system === system).length;
      expect(coverage.find((each) => each.system === system)).toMatchObject({
        records: records - notInService,
        comparedRecently: records - notInService,
        neverCompared: 0,
        notInService,
      });
      const page = await ports.coverage.compared({ first: 250, after: null }, { system, before: new Date(0) });
      const untold = page.items.filter(({ node }) => node.entity === 'SKU').map(({ node }) => node.id);
      expect(untold.sort()).toEqual(
        resting
          .filter((each) => each.system === system)
          .map(({ id }) => id)
          .sort(),
      );
      expect(new Set(page.items.map(({ node }) => node.comparedAt))).toEqual(new Set([null]));
    }
    const [first] = resting;
    const sku = await ports.catalog.skuByCode(first?.code.toLowerCase() ?? '');
    const shown = (await ports.operations.recordsOfSkus([sku?.id ?? ''])).get(sku?.id ?? '') ?? [];
    expect(shown.find(({ system }) => system === first?.system)).toMatchObject({ comparedAt: null });
  });

  it('names who did it, where the system tells', async () => {
    const stranger = await kit.finding('UB-NEW', 'erp');
    expect(stranger.attribution).toMatchObject({ actor: 'Sam', confidence: 'LIKELY' });
    expect((await kit.finding('RD', 'erp')).attribution).toMatchObject({ actor: 'Sam' });
  });

  it('never that of the records that are as they were', async () => {
    for (const { undo } of ALL) await undo?.(hands);
    await kit.scanned();
    const still = ALL.flatMap((each) => (each.undo ? [] : each.found)).sort();
    expect(await lines()).toEqual(still);
    const healed = await kit.findings({ states: ['RESOLVED'] });
    expect(healed.map(({ kind, target, resolution }) => `${kind} ${target} ${resolution}`).sort()).toEqual(
      ALL.flatMap((each) => (each.undo ? each.found : []))
        .map((line) => `${line.split(' ').slice(1, 3).join(' ')} SELF_HEALED`)
        .sort(),
    );
  });
});

function isMade(code: string, master: ChangeDraft[][]): boolean {
  return master.flat().some((change) => change.kind === 'skuCreate' && change.input.code === code);
}
