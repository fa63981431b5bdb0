import type { DemoClient, UserError } from './demo-client.js';

/** A webhook that has not come after this long is lost, as far as a demo is concerned. */
const WEBHOOK_SECONDS = 10;

export interface ProposedRequest {
  id: string;
  number: string;
  title: string;
  approvals: { party: { name: string } }[];
}

/** Proposes a price, once: the idempotency key makes the same call after a lost answer the same request. */
export async function propose(client: DemoClient, key: string, code: string, price: string): Promise<ProposedRequest> {
  const text = `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) {
    changeRequest { id number title approvals { party { name } } } userErrors { code message } } }`;
  const input = {
    title: `${code} to ${price}`,
    reason: 'the season begins',
    idempotencyKey: `demo-${code}-${price}-${Date.now()}`,
    changes: [{ skuUpdate: { code, fields: { price } } }],
  };
  type Answer = { changeRequestCreate: { changeRequest: ProposedRequest | null; userErrors: UserError[] } };
  const { changeRequestCreate: made } = await client.graphql<Answer>(key, text, { input });
  if (!made.changeRequest)
    throw new Error(made.userErrors.map(({ code: why, message }) => `${why}: ${message}`).join('; '));
  return made.changeRequest;
}

/** Approves; answers the request's state, or why it was refused. An approval whose answer was lost is not an error. */
export async function approve(
  client: DemoClient,
  key: string,
  id: string,
): Promise<{ state: string; refusal: string | null }> {
  const text = `mutation ($id: ID!) { changeRequestApprove(id: $id) { changeRequest { state } userErrors { code message } } }`;
  type Answer = { changeRequestApprove: { userErrors: UserError[] } };
  const { changeRequestApprove: answer } = await client.graphql<Answer>(key, text, { id });
  const { changeRequest } = await client.graphql<{ changeRequest: { state: string } }>(
    key,
    `query ($id: ID!) { changeRequest(id: $id) { state } }`,
    { id },
  );
  const [error] = answer.userErrors;
  return { state: changeRequest.state, refusal: error ? `refused, ${error.code}: ${error.message}` : null };
}

/** The price in both systems, as the systems themselves show it. */
export async function showBoth(
  client: DemoClient,
  say: (line: string) => void,
  code: string,
  when: string,
): Promise<{ shopify: string; erp: string }> {
  const query = encodeURIComponent(code);
  const { products } = await client.control<{ products: { variants: { sku: string; price: string }[] }[] }>(
    'shopify',
    `products?sku=${query}`,
  );
  const { items } = await client.control<{ items: { code: string; listPrice: string }[] }>(
    'erp',
    `items?code=${query}`,
  );
  const shopify = products.flatMap(({ variants }) => variants).find(({ sku }) => sku === code)?.price ?? 'absent';
  const erp = items.find((item) => item.code === code)?.listPrice ?? 'absent';
  say(`  ${code} ${when.padEnd(8)}  Shopify ${shopify.padStart(8)}   ERP ${erp.padStart(8)}`);
  return { shopify, erp };
}

export interface DemoFinding {
  id: string;
  severity: string;
  source: string;
  field: string;
  expected: string;
  found: string;
  owner: string;
  attribution: { actor: string | null } | null;
}

/** Starts a full scan of a system, as an operator who wants to know now. */
export async function scan(client: DemoClient, key: string, system: string): Promise<void> {
  const text = `mutation ($system: String!) { driftScanStart(system: $system, mode: FULL) { userErrors { code } } }`;
  // One that runs already may have read past the edit, so ours is started after it.
  await client.until(`a scan of ${system}`, 60, async () => {
    const { driftScanStart } = await client.graphql<{ driftScanStart: { userErrors: unknown[] } }>(key, text, {
      system,
    });
    return driftScanStart.userErrors.length === 0 ? true : null;
  });
}

/**
 * Waits for the finding that holds just this value. A webhook that was lost, as those that wait in the sandbox are when
 * its process is killed, is made up for by a full scan.
 */
export async function findingOn(
  client: DemoClient,
  key: string,
  system: string,
  code: string,
  found: string,
): Promise<DemoFinding> {
  const text = `query ($system: String!, $target: String!) { driftFindings(first: 20, filter: { system: $system, target: $target, states: [OPEN] }) {
    nodes { id severity source field expected found owner { name } attribution { actor } } } }`;
  type Node = Omit<DemoFinding, 'owner'> & { owner: { name: string } | null };
  const scanAt = performance.now() + WEBHOOK_SECONDS * 1000;
  let scanned = false;
  const node = await client.until(`a finding on ${code} in ${system}`, 100, async () => {
    if (!scanned && performance.now() > scanAt) {
      scanned = true;
      await scan(client, key, system);
    }
    const { driftFindings } = await client.graphql<{ driftFindings: { nodes: Node[] } }>(key, text, {
      system,
      target: code,
    });
    return driftFindings.nodes.find((each) => each.found === found) ?? null;
  });
  return { ...node, owner: node.owner?.name ?? 'nobody' };
}

/** Waits until a finding is resolved; answers how. */
export async function resolved(client: DemoClient, key: string, id: string): Promise<string> {
  const text = `query ($id: ID!) { node(id: $id) { ... on DriftFinding { state resolution resolvedBy { name } } } }`;
  type Finding = { state: string; resolution: string | null; resolvedBy: { name: string } | null };
  const finding = await client.until('the finding to be resolved', 150, async () => {
    const { node } = await client.graphql<{ node: Finding }>(key, text, { id });
    return node.state === 'RESOLVED' ? node : null;
  });
  return `${finding.resolution ?? ''} by ${finding.resolvedBy?.name ?? 'nobody'}`;
}
