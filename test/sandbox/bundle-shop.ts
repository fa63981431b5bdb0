import { expect } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/start-sandbox.js';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';
import { admin, at, CATALOG, control, listAt, textAt } from './sandbox-client.js';

export const RELATE = `mutation Relate($input: [ProductVariantRelationshipUpdateInput!]!) {
  productVariantRelationshipBulkUpdate(input: $input) {
    parentProductVariants { id requiresComponents productVariantComponents(first: 30) { nodes { id quantity productVariant { id sku } } } }
    userErrors { code field message } } }`;
const READ = `query Read($id: ID!) { productVariant(id: $id) { price updatedAt requiresComponents
  product { updatedAt hasVariantsThatRequiresComponents }
  productVariantComponents(first: 30) { nodes { id quantity productVariant { id sku } } pageInfo { hasNextPage } } } }`;

/** The variant that the tests make a bundle of; SIBLING is of the same product. */
export const BUNDLE = 'FH-EKT-SLT';
export const SIBLING = 'FH-EKT-CRM';
export const STAFF = { kind: 'staff', name: 'Maya' };
export const APP = { kind: 'app', name: 'Bundles' };

type Pair = [sku: string, quantity: number];

/** A shop with the sample catalogue, in which variants are named by their SKU. */
export class BundleShop {
  readonly sandbox: Sandbox;
  private readonly ids: Map<string, string>;

  private constructor(sandbox: Sandbox, ids: Map<string, string>) {
    this.sandbox = sandbox;
    this.ids = ids;
  }

  static async open(): Promise<BundleShop> {
    const sandbox = await startSandbox({ dataDir: null, shopifyPort: 0, erpPort: 0 });
    await control(sandbox.shopify.url, 'POST', 'fill', CATALOG);
    const products = listAt(await control(sandbox.shopify.url, 'GET', 'products'), 'products');
    const variants = products.flatMap((product) => listAt(product, 'variants'));
    return new BundleShop(sandbox, new Map(variants.map((one) => [textAt(one, 'sku'), textAt(one, 'id')])));
  }

  idOf(sku: string): string {
    return this.ids.get(sku) ?? '';
  }

  /** SKUs other than those of the bundle's own product, in the order of the catalogue. */
  others(count: number): string[] {
    return [...this.ids.keys()].filter((sku) => !sku.startsWith('FH-EKT')).slice(0, count);
  }

  lines(...pairs: Pair[]): object[] {
    return pairs.map(([sku, quantity]) => ({ id: this.idOf(sku), quantity }));
  }

  creating(parent: string, ...pairs: Pair[]): object {
    return { parentProductVariantId: this.idOf(parent), productVariantRelationshipsToCreate: this.lines(...pairs) };
  }

  /** `POST /control/components`. */
  edit(as: object, sku: string, components: unknown): Promise<unknown> {
    return control(this.sandbox.shopify.url, 'POST', 'components', { as, sku, components });
  }

  /** The payload of the mutation, which must not fail as a whole. */
  async relate(...input: object[]): Promise<unknown> {
    const answer = await admin(this.sandbox, RELATE, { input });
    expect(at(answer, 'errors')).toBeUndefined();
    return at(answer, 'data.productVariantRelationshipBulkUpdate');
  }

  /** The codes with which it is refused. */
  async codes(...input: object[]): Promise<unknown[]> {
    const payload = await this.relate(...input);
    expect(at(payload, 'parentProductVariants')).toBeNull();
    return listAt(payload, 'userErrors').map((error) => {
      expect(at(error, 'field')).toEqual(['input']);
      return at(error, 'code');
    });
  }

  /** A strong read of the variant. */
  async read(sku: string): Promise<unknown> {
    return at(await admin(this.sandbox, READ, { id: this.idOf(sku) }), 'data.productVariant');
  }

  /** What the strong read says: `SKU*quantity`, in the order of the list. */
  async composition(sku: string): Promise<string[]> {
    const nodes = listAt(await this.read(sku), 'productVariantComponents.nodes');
    return nodes.map((node) => `${textAt(node, 'productVariant.sku')}*${String(at(node, 'quantity'))}`);
  }
}
