import { startSandbox } from '../../src/sandbox/start-sandbox.js';

/**
 * What the facts are tried on: always the stand-in, and a development store where the environment names one. Plain GraphQL
 * over HTTP; nothing of the connector.
 *
 *   SHOPIFY_CONFORMANCE_DOMAIN          example.myshopify.com; without it only the stand-in is tried
 *   SHOPIFY_CONFORMANCE_TOKEN           an access token, or else
 *   SHOPIFY_CONFORMANCE_CLIENT_ID       and
 *   SHOPIFY_CONFORMANCE_CLIENT_SECRET   of an app that is installed there: a token is asked for by client credentials
 */
export interface Target {
  name: string;
  isReal: boolean;
  open(): Promise<Shop>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

const VERSION = '2026-10';
const PATIENCE_MS = 120_000;
/** A real shop throttles; the suite waits as its answer says, and a little more. */
const MOST_WAITS = 20;

export function targets(): Target[] {
  const { env } = process;
  const domain = env['SHOPIFY_CONFORMANCE_DOMAIN'];
  const standIn: Target = {
    name: 'the stand-in',
    isReal: false,
    open: async () => {
      const sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
      return new Shop(sandbox.shopify.url, sandbox.shopify.accessToken, false, () => sandbox.close());
    },
  };
  if (!domain) return [standIn];
  const url = `https://${domain}`;
  const real: Target = {
    name: domain,
    isReal: true,
    open: async () => {
      const token = env['SHOPIFY_CONFORMANCE_TOKEN'] ?? (await issued(url, env));
      return new Shop(url, token, true, async () => undefined);
    },
  };
  return [standIn, real];
}

async function issued(url: string, env: NodeJS.ProcessEnv): Promise<string> {
  const response = await fetch(`${url}/admin/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: env['SHOPIFY_CONFORMANCE_CLIENT_ID'] ?? '',
      client_secret: env['SHOPIFY_CONFORMANCE_CLIENT_SECRET'] ?? '',
    }),
  });
  const token = at(await response.json(), 'access_token');
  if (typeof token !== 'string') throw new Error(`no token from ${url}: status ${response.status}`);
  return token;
}

/** A shop to ask, and to leave as it was. */
export class Shop {
  /** In every title, handle and key that is made, so that two runs never meet. */
  readonly run = `conformance-${Date.now().toString(36)}`;
  private readonly products = new Set<string>();
  private readonly definitions = new Set<string>();

  constructor(
    private readonly url: string,
    private readonly token: string,
    readonly isReal: boolean,
    private readonly close: () => Promise<void>,
  ) {}

  /** One request, as often as it is throttled. */
  async send(query: string, variables: object = {}, version = VERSION): Promise<Answer> {
    for (let waits = 0; ; waits += 1) {
      const response = await fetch(`${this.url}/admin/api/${version}/graphql.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shopify-access-token': this.token },
        body: JSON.stringify({ query, variables }),
      });
      const body: unknown = await response.json();
      const isThrottled = at(body, 'errors.0.extensions.code') === 'THROTTLED';
      if (!isThrottled || waits === MOST_WAITS) return { status: response.status, headers: response.headers, body };
      await pause(2000);
    }
  }

  /** The body of an answer. */
  async ask(query: string, variables: object = {}): Promise<unknown> {
    return (await this.send(query, variables)).body;
  }

  /** A product of this run, gone at the end. */
  async product(title: string, more: object = {}): Promise<unknown> {
    const made = await this.ask(
      `mutation($product: ProductCreateInput!) { productCreate(product: $product) {
        product { id handle status tags publishedAt updatedAt variants(first: 1) { nodes { id inventoryItem { id } } } }
        userErrors { field message } } }`,
      { product: { title: `${this.run} ${title}`, ...more } },
    );
    const product = at(made, 'data.productCreate.product');
    if (product === null || product === undefined) throw new Error(`no product: ${JSON.stringify(made)}`);
    this.willDelete(at(product, 'id'));
    return product;
  }

  willDelete(productId: unknown): void {
    if (typeof productId === 'string') this.products.add(productId);
  }

  /** A definition of type `id` for products, gone at the end. */
  async idDefinition(key: string): Promise<{ namespace: string; key: string }> {
    const namespace = this.run.replace('-', '_');
    const made = await this.ask(
      `mutation($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {
        createdDefinition { id } userErrors { code field message } } }`,
      { definition: { name: `${this.run} ${key}`, namespace, key, type: 'id', ownerType: 'PRODUCT' } },
    );
    const id = at(made, 'data.metafieldDefinitionCreate.createdDefinition.id');
    if (typeof id !== 'string') throw new Error(`no definition: ${JSON.stringify(made)}`);
    this.definitions.add(id);
    return { namespace, key };
  }

  /** Deletes what was made, whatever became of the facts. */
  async end(): Promise<void> {
    for (const id of this.products) {
      await this.ask(
        'mutation($id: ID!) { productDelete(input: { id: $id }) { deletedProductId userErrors { message } } }',
        {
          id,
        },
      );
    }
    for (const id of this.definitions) {
      await this.ask(
        `mutation($id: ID!) { metafieldDefinitionDelete(id: $id, deleteAllAssociatedMetafields: true) {
          deletedDefinitionId userErrors { message } } }`,
        { id },
      );
    }
    await this.close();
  }

  /** Waits for what a job, an index or a bulk operation does in its own time. */
  async eventually<T>(read: () => Promise<T | null>): Promise<T> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await read();
      if (value !== null) return value;
      if (Date.now() > until) throw new Error('it did not happen in time');
      await pause(this.isReal ? 1000 : 15);
    }
  }
}

/** JSON of unknown shape, read by path: `at(answer, 'data.product.id')`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (held, key) => (held === null || typeof held !== 'object' ? undefined : Reflect.get(held, key)),
      value,
    );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
