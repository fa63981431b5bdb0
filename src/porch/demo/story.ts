import { readFile } from 'node:fs/promises';
import type { DemoClient } from './demo-client.js';
import { approve, findingOn, propose, resolved, scan, showBoth } from './acts.js';

/** API keys of the people who play. */
export interface Cast {
  mia: string;
  ada: string;
  oli: string;
  alex: string;
}

export type Say = (line?: string) => void;

const DROP = new URL('../../sandbox/sample/winter-drop.csv', import.meta.url);

/** The loop, step by step. Every line that claims something has just been read from the API or from a stand-in. */
export async function tellStory(client: DemoClient, cast: Cast, say: Say, url: string): Promise<void> {
  const step = stepper(say);
  step('The shop and the ERP sell a winter drop that the master has never heard of. Import it: nothing is doubled.');
  const code = await importDrop(client, cast, say);

  step('Alex proposes a new price. Policy says who must agree.');
  const before = await showBoth(client, say, code, 'before');
  const price = (Number(before.erp) + 3).toFixed(2);
  const request = await propose(client, cast.alex, code, price);
  say(
    `  ${request.number} "${request.title}" asks for ${request.approvals.map(({ party }) => party.name).join(', ')}.`,
  );

  step('Alex is an administrator, and may not approve it all the same. Ada may: it is applied in one transaction.');
  say(`  Alex: ${(await approve(client, cast.alex, request.id)).refusal ?? 'was let through?!'}`);
  say(`  Ada: ${request.number} is ${(await approve(client, cast.ada, request.id)).state}.`);
  await client.until('both systems to show it', 100, async () => {
    const now = await showBoth(client, () => undefined, code, '');
    return now.shopify === price && now.erp === price ? now : null;
  });
  await showBoth(client, say, code, 'after');

  step('Sam edits the price in Shopify, behind our back.');
  await client.control('shopify', 'edit', { as: { kind: 'staff', name: 'Sam' }, sku: code, set: { price: '1.23' } });
  await showBoth(client, say, code, 'edited');
  const drift = await findingOn(client, cast.oli, 'shopify', code, '1.23');
  say(
    `  Finding (${drift.severity}, by ${drift.source}): ${drift.field} should be ${drift.expected}, is ${drift.found}; ${drift.owner} is accountable.`,
  );

  step('Oli reverts it: just this value may be overwritten now.');
  await revert(client, cast.oli, drift.id);
  say(`  The finding is ${await resolved(client, cast.oli, drift.id)}.`);
  await showBoth(client, say, code, 'reverted');

  step('Kim raises the price in the ERP. Nobody told us; a full scan finds it, and the ERP says who it was.');
  const raised = (Number(price) + 2).toFixed(2);
  await client.control('erp', 'edit', { as: { kind: 'staff', name: 'Kim' }, code, set: { listPrice: raised } });
  await scan(client, cast.oli, 'erp');
  const found = await findingOn(client, cast.oli, 'erp', code, raised);
  say(
    `  Finding: ${found.field} should be ${found.expected}, is ${found.found}; edited by ${found.attribution?.actor ?? 'unknown'}.`,
  );

  step('Kim was right. Mia adopts the value; adopting is a change request like any other, so Ada approves it.');
  const adoption = await adopt(client, cast.mia, found.id);
  say(`  Ada: ${adoption.number} is ${(await approve(client, cast.ada, adoption.id)).state}.`);
  say(`  The finding is ${await resolved(client, cast.oli, found.id)}.`);
  await client.until('Shopify to follow', 100, async () => {
    const now = await showBoth(client, () => undefined, code, '');
    return now.shopify === raised && now.erp === raised ? now : null;
  });
  await showBoth(client, say, code, 'adopted');

  step("The quarter's drift audit shows all of it.");
  await report(client, cast, say, url);
}

function stepper(say: Say): (text: string) => void {
  let number = 0;
  return (text) => {
    number += 1;
    say(`\n${number}. ${text}`);
  };
}

interface ImportView {
  id: string;
  state: string;
  skusCreated: number;
  rejected: number;
  rowsRead: number;
}

async function importDrop(client: DemoClient, cast: Cast, say: Say): Promise<string> {
  const csv = await readFile(DROP, 'utf8');
  await client.control('shopify', 'fill', csv);
  await client.control('erp', 'fill', csv);
  const { id } = await client.upload(cast.alex, csv);
  const done = await client.until('the import', 60, async () => {
    const view = await client.get<ImportView>(cast.alex, `/imports/${id}`);
    return view.state === 'RUNNING' ? null : view;
  });
  const again = done.skusCreated === 0 ? ' (the master knows them from an earlier run)' : '';
  say(
    `  Import ${done.state}: ${done.rowsRead} rows read, ${done.skusCreated} SKUs created, ${done.rejected} rows not taken${again}.`,
  );
  const codes = [...csv.matchAll(/,(FH-[A-Z0-9-]+),/g)].map(([, each]) => each);
  const linked = await client.until('the drop to be linked in both systems', 60, async () => {
    const { skus } = await client.graphql<{
      skus: { nodes: { code: string; systems: { externalId: string | null }[] }[] };
    }>(
      cast.oli,
      `query ($codes: [String!]) { skus(first: 100, filter: { codes: $codes }) { nodes { code systems { externalId } } } }`,
      { codes },
    );
    const ready =
      skus.nodes.length > 0 &&
      skus.nodes.every(({ systems }) => systems.length > 0 && systems.every((each) => each.externalId !== null));
    return ready ? skus.nodes : null;
  });
  say(
    `  ${linked.length} SKUs are linked one to one with the records that Shopify and the ERP had; nothing was written to either.`,
  );
  const first = linked[0];
  if (!first) throw new Error('the drop holds no SKU');
  return first.code;
}

async function revert(client: DemoClient, key: string, id: string): Promise<void> {
  const text = `mutation ($ids: [ID!]!) { driftRevert(ids: $ids, note: "a slip") { userErrors { code message } } }`;
  const { driftRevert } = await client.graphql<{ driftRevert: { userErrors: { code: string; message: string }[] } }>(
    key,
    text,
    { ids: [id] },
  );
  // WRONG_STATE: it was reverted already, by this very call before its answer was lost.
  const [error] = driftRevert.userErrors.filter(({ code }) => code !== 'WRONG_STATE');
  if (error) throw new Error(error.message);
}

async function adopt(client: DemoClient, key: string, id: string): Promise<{ id: string; number: string }> {
  const text = `mutation ($ids: [ID!]!) { driftAdopt(ids: $ids, reason: "agreed with the supplier") {
    changeRequest { id number } userErrors { code message } } }`;
  type Answer = {
    driftAdopt: {
      changeRequest: { id: string; number: string } | null;
      userErrors: { code: string; message: string }[];
    };
  };
  const { driftAdopt } = await client.graphql<Answer>(key, text, { ids: [id] });
  if (driftAdopt.changeRequest) return driftAdopt.changeRequest;
  const proposed = await client.graphql<{ node: { changeRequest: { id: string; number: string } | null } }>(
    key,
    `query ($id: ID!) { node(id: $id) { ... on DriftFinding { changeRequest { id number } } } }`,
    { id },
  );
  if (proposed.node.changeRequest) return proposed.node.changeRequest;
  throw new Error(driftAdopt.userErrors.map(({ message }) => message).join('; '));
}

async function report(client: DemoClient, cast: Cast, say: Say, url: string): Promise<void> {
  const now = new Date();
  const quarter = `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
  type Row = { key: string; opened: number; resolved: number; openAtEnd: number };
  const { driftAuditReport: audit } = await client.graphql<{
    driftAuditReport: {
      summary: { skusGoverned: number; coverage: number; opened: number; resolved: number; openAtEnd: number };
      bySystem: Row[];
    };
  }>(
    cast.oli,
    `query ($quarter: Quarter!) { driftAuditReport(quarter: $quarter) {
      summary { skusGoverned coverage opened resolved openAtEnd } bySystem { key opened resolved openAtEnd } } }`,
    { quarter },
  );
  const { summary } = audit;
  say(
    `  ${quarter}: ${summary.skusGoverned} SKUs governed, ${Math.round(summary.coverage * 100)}% compared with every system;`,
  );
  say(`  ${summary.opened} findings opened, ${summary.resolved} resolved, ${summary.openAtEnd} open.`);
  for (const row of audit.bySystem)
    say(`    ${row.key.padEnd(10)} opened ${row.opened}, resolved ${row.resolved}, open ${row.openAtEnd}`);
  say(`  As a page: curl -H "Authorization: Bearer <key>" ${url}/reports/drift-audit/${quarter}.html`);
}
