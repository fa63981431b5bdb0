import { GraphQLError } from 'graphql';
import { notSimulated } from './shop-errors.js';

/** Arguments of every connection of the schema that the stand-in reads. */
export interface ConnectionArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
  reverse?: boolean | null;
}

/** By what a list is ordered; ties are broken by the id, so that pages never overlap. */
export type SortKey = (string | number)[];

const PAGE_LIMIT = 250;
const SPARE_ROWS = 1000;

/**
 * A page by keyset: the cursor is the key of the last row, so that rows that come or go between two pages neither repeat
 * nor hide others. `unpaged` (bulk queries) answers everything.
 */
export function connection<Row>(
  rows: Iterable<Row>,
  args: ConnectionArgs,
  unpaged: boolean,
  keyOf: (row: Row) => SortKey,
  view: (row: Row) => object,
): object {
  if (typeof args.last === 'number' || typeof args.before === 'string') throw notSimulated('paging backwards');
  const direction = args.reverse === true ? -1 : 1;
  const after = typeof args.after === 'string' ? readCursor(args.after) : null;
  const size = pageSize(args, unpaged);
  const page = new Page<Row>(size, direction);
  let hasPreviousPage = false;
  for (const row of rows) {
    const key = keyOf(row);
    if (after !== null && compareKeys(key, after) * direction <= 0) hasPreviousPage = true;
    else page.add({ row, key });
  }
  const edges = page.rows().map(({ row, key }) => ({ cursor: writeCursor(key), node: view(row) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.count > size,
      hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

interface Keyed<Row> {
  row: Row;
  key: SortKey;
}

/** The first rows of many, without holding the rest: a page of a shop of a million variants is a page. */
class Page<Row> {
  count = 0;
  private held: Keyed<Row>[] = [];

  constructor(
    private readonly size: number,
    private readonly direction: number,
  ) {}

  add(one: Keyed<Row>): void {
    this.count += 1;
    this.held.push(one);
    if (this.held.length > SPARE_ROWS + 2 * this.size) this.cut();
  }

  rows(): Keyed<Row>[] {
    this.cut();
    return this.held;
  }

  private cut(): void {
    this.held.sort((a, b) => compareKeys(a.key, b.key) * this.direction);
    if (this.held.length > this.size) this.held.length = this.size;
  }
}

function pageSize(args: ConnectionArgs, unpaged: boolean): number {
  if (typeof args.first !== 'number') {
    if (unpaged) return Number.POSITIVE_INFINITY;
    throw new GraphQLError('you must provide one of first or last', { extensions: { code: 'BAD_REQUEST' } });
  }
  if (args.first > PAGE_LIMIT) {
    throw new GraphQLError(`Invalid value for first: ${args.first}. The maximum is ${PAGE_LIMIT}.`, {
      extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
    });
  }
  return Math.max(0, args.first);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (let at = 0; at < a.length; at += 1) {
    const left = a[at] ?? '';
    const right = b[at] ?? '';
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}

function writeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function readCursor(cursor: string): SortKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.every((part) => typeof part === 'string' || typeof part === 'number')) return key;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new GraphQLError('Invalid cursor for current pagination sort.', { extensions: { code: 'BAD_REQUEST' } });
}
