import type { GraphQLSchema } from 'graphql';
import { execute, Kind } from 'graphql';
import { loudFieldResolver } from '../admin-schema.js';
import { patternProduct, FormulaRows } from '../formula/formula-rows.js';
import type { ProductDoc } from '../product-doc.js';
import type { ShopContext } from '../shop-context.js';
import type { BulkQuery } from './bulk-query.js';

/** Products read at one moment; between two slices the shop goes on, so a long scan is torn [B: shopify.md 2.3]. */
const SLICE = 50;

export interface Rows {
  lines: string[];
  /** How many of them are of the connection at the root. */
  roots: number;
}

/** Executes a bulk query piece by piece, on the shop as it is at the moment of each piece. */
export class BulkReader {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly root: object,
    private readonly query: BulkQuery,
    private readonly context: ShopContext,
  ) {}

  /** Rows of everything that is kept. With `products` or `productVariants` alone at the root, a slice at a time. */
  async *rows(): AsyncGenerator<Rows> {
    if (!this.isSliced()) {
      yield await this.of(null);
      return;
    }
    const { state } = this.context;
    const all = this.pattern() ? state.keptProducts() : state.products();
    // Ids first: what is deleted before its slice is read is not read; what is made meanwhile may or may not be.
    let ids: number[] = [];
    for (const { id } of all) {
      ids.push(id);
      if (ids.length < SLICE) continue;
      yield await this.of(this.present(ids));
      ids = [];
    }
    if (ids.length > 0) yield await this.of(this.present(ids));
  }

  /** How the products of a formula look in this query; null when there is no formula, or it filters or orders products. */
  async formulaRows(): Promise<FormulaRows | null> {
    const { formula } = this.context.state;
    if (!formula || !this.pattern()) return null;
    const { lines } = await this.of([patternProduct(formula)]);
    return new FormulaRows(formula, lines);
  }

  private present(ids: number[]): ProductDoc[] {
    return ids.flatMap((id) => this.context.state.product(id) ?? []);
  }

  private async of(scan: readonly ProductDoc[] | null): Promise<Rows> {
    const result = await execute({
      schema: this.schema,
      document: this.query.document,
      rootValue: this.root,
      contextValue: { ...this.context, scan, unpaged: true, searches: [] },
      fieldResolver: loudFieldResolver,
    });
    if (result.errors?.[0] || !result.data) throw result.errors?.[0] ?? new Error('no data');
    const lines: string[] = [];
    return { roots: flatten(result.data, null, lines), lines };
  }

  /** Whether the query asks for `products` without any argument. */
  private pattern(): boolean {
    const [field] = this.query.operation.selectionSet.selections;
    return this.isSliced() && field?.kind === Kind.FIELD && (field.arguments ?? []).length === 0 && isProducts(field);
  }

  private isSliced(): boolean {
    const [field, second] = this.query.operation.selectionSet.selections;
    if (!field || second || field.kind !== Kind.FIELD) return false;
    const isWhole = (field.arguments ?? []).every((one) => one.name.value === 'query');
    return isWhole && (isProducts(field) || field.name.value === 'productVariants');
  }
}

function isProducts(field: { name: { value: string } }): boolean {
  return field.name.value === 'products';
}

/** Rows of connections become lines of their own, with `__parentId`; everything else stays in its row. Answers the rows of the root. */
function flatten(value: Record<string, unknown>, parentId: string | null, lines: string[]): number {
  let rows = 0;
  for (const field of Object.values(value)) {
    for (const row of rowsOf(field) ?? []) {
      rows += 1;
      const own: Record<string, unknown> = {};
      for (const [key, one] of Object.entries(row)) if (rowsOf(one) === null) own[key] = one;
      if (parentId !== null) own['__parentId'] = parentId;
      lines.push(JSON.stringify(own));
      flatten(row, typeof row['id'] === 'string' ? row['id'] : parentId, lines);
    }
  }
  return rows;
}

function rowsOf(value: unknown): Record<string, unknown>[] | null {
  if (value === null || typeof value !== 'object' || !('edges' in value) || !Array.isArray(value.edges)) return null;
  return value.edges.map((edge: { node: Record<string, unknown> }) => edge.node);
}
