import type { Run, Site } from './site.js';
import { until } from './site.js';

export interface Shelf {
  products: { id: string; handle: string; variants: { id: string; sku: string; price: string }[] }[];
}

export interface Items {
  items: { id: string; code: string; listPrice: string }[];
}

export interface DeliveryRow {
  target: string;
  state: string;
  attempts: number;
  system: { code: string };
  lastError: { message: string } | null;
}

/** The API of a running service as the sample people use it, and the stand-ins' own pages. */
export class Api {
  private readonly site: Site;
  /** By role. Keys outlive the process that printed them. */
  private readonly keys: ReadonlyMap<string, string>;

  /** @param first the first start of the site, which alone prints the keys; or the keys themselves, by role. */
  constructor(site: Site, first: Run | ReadonlyMap<string, string>) {
    this.site = site;
    this.keys = 'stdout' in first ? keysOf(first.stdout()) : first;
  }

  headers(role: string): Record<string, string> {
    const key = this.keys.get(role);
    if (!key) throw new Error(`no key of ${role} was printed`);
    return { authorization: `Bearer ${key}` };
  }

  async graphql<T>(role: string, query: string, variables: object = {}): Promise<T> {
    const answer = await fetch(`${this.site.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers(role) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data?: T; errors?: { message: string }[] };
    if (!data || errors) throw new Error(errors?.map(({ message }) => message).join('; ') ?? 'no data');
    return data;
  }

  /** The stand-in's own page; a JSON body makes it a POST. */
  async control<T>(system: 'shopify' | 'erp', path: string, body?: object): Promise<T> {
    const answer = await fetch(
      `http://127.0.0.1:${this.site.port + (system === 'shopify' ? 10 : 20)}/control/${path}`,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** The sample catalogue is in the master and in both stand-ins, and all three are linked. */
  async untilLinked(): Promise<void> {
    await until('both systems to be linked', 60, async () => {
      const { systems, driftScans } = await this.graphql<{
        systems: { link: string }[];
        driftScans: { nodes: { state: string }[] };
      }>('ADMIN', '{ systems { link } driftScans(first: 50) { nodes { state } } }');
      return (
        systems.every(({ link }) => link === 'LINKED') && driftScans.nodes.every(({ state }) => state !== 'RUNNING')
      );
    });
  }

  /** Mia proposes. */
  async propose(changes: object[]): Promise<string> {
    const input = { title: 'a change', changes };
    const { changeRequestCreate: made } = await this.graphql<{
      changeRequestCreate: { changeRequest: { id: string } | null; userErrors: { message: string }[] };
    }>(
      'MERCHANDISER',
      `mutation ($input: ChangeRequestInput!) { changeRequestCreate(input: $input) {
         changeRequest { id } userErrors { message } } }`,
      { input },
    );
    if (!made.changeRequest) throw new Error(made.userErrors.map(({ message }) => message).join('; '));
    return made.changeRequest.id;
  }

  /** Ada approves; answers the state after that. */
  async approve(id: string): Promise<string> {
    const { changeRequestApprove: answer } = await this.graphql<{
      changeRequestApprove: { changeRequest: { state: string } | null; userErrors: { message: string }[] };
    }>(
      'APPROVER',
      'mutation ($id: ID!) { changeRequestApprove(id: $id) { changeRequest { state } userErrors { message } } }',
      { id },
    );
    return answer.changeRequest?.state ?? answer.userErrors.map(({ message }) => message).join('; ');
  }

  /** Proposed and approved; fails when that does not apply it. */
  async apply(changes: object[]): Promise<string> {
    const id = await this.propose(changes);
    const state = await this.approve(id);
    if (state !== 'APPLIED') throw new Error(`after the approval it is: ${state}`);
    return id;
  }

  async deliveries(id: string): Promise<DeliveryRow[]> {
    const { changeRequest } = await this.graphql<{ changeRequest: { deliveries: DeliveryRow[] } }>(
      'ADMIN',
      `query ($id: ID!) { changeRequest(id: $id) { deliveries {
         target state attempts system { code } lastError { message } } } }`,
      { id },
    );
    return changeRequest.deliveries;
  }

  /** Waits until every delivery of a request is DELIVERED; fails with those that are not. */
  async untilDelivered(id: string, seconds: number): Promise<DeliveryRow[]> {
    let last: DeliveryRow[] = [];
    const all = async (): Promise<boolean> => {
      last = await this.deliveries(id);
      return last.length > 0 && last.every(({ state }) => state === 'DELIVERED');
    };
    await until('all to be delivered', seconds, all).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last.filter(({ state }) => state !== 'DELIVERED'))}`);
    });
    return last;
  }

  /** Numbers of the revisions of a SKU, newest or oldest first as the API answers them. */
  async revisions(code: string): Promise<number[]> {
    const { sku } = await this.graphql<{ sku: { revisions: { nodes: { revision: number }[] } } }>(
      'ADMIN',
      'query ($code: String!) { sku(code: $code) { revisions(first: 100) { nodes { revision } } } }',
      { code },
    );
    return sku.revisions.nodes.map(({ revision }) => revision);
  }

  /** Every finding there ever was, as text, open or not. */
  async findings(): Promise<string[]> {
    type Finding = { state: string; target: string; field: string; expected: unknown; found: unknown; source: string };
    const { driftFindings } = await this.graphql<{ driftFindings: { nodes: Finding[] } }>(
      'ADMIN',
      '{ driftFindings(first: 50) { nodes { state target field expected found source } } }',
    );
    return driftFindings.nodes.map((each) => JSON.stringify(each));
  }

  /** Everything that either stand-in holds: ids of products, variants and items; codes; prices by code. */
  async shelves(): Promise<{ handles: string[]; skus: string[]; codes: string[]; prices: Map<string, string[]> }> {
    const { products } = await this.control<Shelf>('shopify', 'products');
    const { items } = await this.control<Items>('erp', 'items');
    const variants = products.flatMap((product) => product.variants);
    const prices = new Map<string, string[]>();
    for (const { sku, price } of variants) prices.set(sku, [...(prices.get(sku) ?? []), `shopify ${price}`]);
    for (const { code, listPrice } of items) prices.set(code, [...(prices.get(code) ?? []), `erp ${listPrice}`]);
    return {
      handles: products.map(({ handle }) => handle),
      skus: variants.map(({ sku }) => sku),
      codes: items.map(({ code }) => code),
      prices,
    };
  }
}

/** `  ROLE   First Last   secret`, as the first start prints them. */
export function keysOf(stdout: string): Map<string, string> {
  return new Map(
    [...stdout.matchAll(/^ {2}([A-Z]+) +\S+ \S+ +(\S+)$/gm)].map(([, role = '', key = '']) => [role, key]),
  );
}
