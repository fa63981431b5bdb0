import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setSetting } from '../../src/application/settings/set-setting.js';
import type { ApprovalPolicy } from '../../src/domain/approvals/approval-rule.js';
import { approvalsMarkdown, DEFAULT_IN_FORCE } from '../../src/reporting/approvals-markdown.js';
import { ownershipOf } from '../ownership/ownership-kit.js';
import type { HttpWorld } from '../support/http-world.js';
import { buildHttpWorld } from '../support/http-world.js';
import { must } from '../support/world.js';

const RULES: ApprovalPolicy = [
  { key: 'owner-first', ownerMayAlone: ['product.tags', 'weight'], require: { owner: true } },
  {
    key: 'margins',
    description: 'Finance | sees what moves margins.',
    when: {
      operations: ['SKU_UPDATE', 'SKU_CREATE'],
      fields: ['price', 'attributes.material'],
      productTypes: ['Tea'],
      vendors: ['Acme', 'Other', 'Third'],
      states: ['ACTIVE', 'PRELAUNCH'],
      priceChange: { percent: 12.5, direction: 'DOWN' },
      costChange: { percent: 3 },
      skus: { atLeast: 100 },
    },
    require: { party: 'finance', count: 2 },
  },
];

describe('who approves what, as people read it', () => {
  let http: HttpWorld;
  beforeAll(async () => {
    http = await buildHttpWorld();
  });
  afterAll(() => http.close());

  const cells = (text: string, key: string): string[] =>
    (text.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '')
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
  const page = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${http.keys.viewer}` };
    const answer = await fetch(new URL('approvals.md', `${http.url}/`), { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    return answer.text();
  };

  it('is docs/approvals.md until a house has rules of its own', async () => {
    const text = approvalsMarkdown(DEFAULT_IN_FORCE);
    expect(await readFile(new URL('../../docs/approvals.md', import.meta.url), 'utf8')).toBe(text);
    expect(await page()).toBe(text);
  });

  it('says every condition of every rule in force, of whom it asks, and who set it', async () => {
    must(await ownershipOf(http.world).team('finance', [], { name: 'Finance team' }));
    const wish = { key: 'approvals', value: RULES, reason: 'a test of the page' };
    must(await setSetting(http.world.ports, http.world.people.alex, wish));
    const text = await page();
    expect(text).toContain('\n\nVersion 1, set by alex at ');
    expect(cells(text, 'owner-first')).toEqual(['`owner-first`', 'always', 'the owner of each SKU and product', '']);
    expect(text).toContain('changes nothing but `product.tags` or `weight`.');
    const [, when, who, why] = cells(text, 'margins');
    expect(when?.split(', and ')).toEqual([
      'the operation is SKU_UPDATE or SKU_CREATE',
      '`price` or `attributes.material` changes',
      'the product type is or becomes Tea',
      'the vendor is or becomes Acme, Other or Third',
      'the SKU is or becomes ACTIVE or PRELAUNCH',
      'a price falls by at least 12.5%',
      'the cost moves by at least 3%',
      'the request touches at least 100 SKUs',
    ]);
    expect([who, why]).toEqual(['2 people of: Finance team', 'Finance \\| sees what moves margins.']);
  });

  it('is for people who have a key', async () => {
    expect((await fetch(new URL('approvals.md', `${http.url}/`))).status).toBe(401);
  });
});
