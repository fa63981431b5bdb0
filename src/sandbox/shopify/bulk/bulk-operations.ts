import type { DocumentNode, GraphQLSchema, SelectionSetNode } from 'graphql';
import { execute, Kind, parse, validate } from 'graphql';
import { loudFieldResolver } from '../admin-schema.js';
import { adminRoot } from '../admin-root.js';
import { gid, shopifyTime } from '../product-doc.js';
import type { BulkRunner, ShopContext, UserError } from '../shop-context.js';
import { userError } from '../shop-context.js';

const CONCURRENT_LIMIT = 5;
const CONNECTION_LIMIT = 5;
/** Connections below the one at the root. */
const DEPTH_LIMIT = 2;
const STEP_MS = 20;

export interface BulkRun {
  id: number;
  query: string;
  status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  errorCode: 'INTERNAL_SERVER_ERROR' | null;
  createdAt: string;
  completedAt: string | null;
  objectCount: number;
  rootObjectCount: number;
  jsonl: string;
}

/**
 * Bulk queries: started at once, run a moment later, fetched as JSONL. Runs live in memory: a restart forgets them, and
 * `bulkOperation(id)` then answers null.
 */
export class BulkOperations implements BulkRunner {
  private readonly runs = new Map<number, BulkRun>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly schema: GraphQLSchema;
  private readonly onFinish: (run: BulkRun) => void;
  private baseUrl = '';

  constructor(schema: GraphQLSchema, onFinish: (run: BulkRun) => void) {
    this.schema = schema;
    this.onFinish = onFinish;
  }

  /** Where result files are served; known only once the server listens. */
  serveAt(baseUrl: string): void {
    this.baseUrl = baseUrl;
  }

  run(args: { query: string; groupObjects: boolean }, context: ShopContext): object {
    const problems = args.groupObjects
      ? [userError(['groupObjects'], 'groupObjects: true is not simulated', 'INVALID')]
      : this.problemsOf(args.query);
    const busy = [...this.runs.values()].filter((run) => run.status === 'CREATED' || run.status === 'RUNNING');
    if (busy.length >= CONCURRENT_LIMIT) {
      const ids = busy.map((run) => gid('BulkOperation', run.id)).join(', ');
      const message = `A bulk query operation for this app and shop is already in progress: ${ids}.`;
      problems.push(userError(null, message, 'OPERATION_IN_PROGRESS'));
    }
    if (problems.length > 0) return { bulkOperation: null, userErrors: problems };
    const run: BulkRun = {
      id: context.state.newId(),
      query: args.query,
      status: 'CREATED',
      errorCode: null,
      createdAt: context.now,
      completedAt: null,
      objectCount: 0,
      rootObjectCount: 0,
      jsonl: '',
    };
    this.runs.set(run.id, run);
    const answer = { bulkOperation: this.viewOf(run), userErrors: [] };
    this.later(() => {
      run.status = 'RUNNING';
      this.later(() => void this.finish(run, { ...context, unpaged: true, searches: [] }));
    });
    return answer;
  }

  view(id: string): object | null {
    const run = [...this.runs.values()].find((one) => gid('BulkOperation', one.id) === id);
    return run ? this.viewOf(run) : null;
  }

  views(): { id: number; view: object }[] {
    return [...this.runs.values()].map((run) => ({ id: run.id, view: this.viewOf(run) }));
  }

  /** The result file of `/bulk/<id>.jsonl`, or null. */
  file(path: string): string | null {
    const id = Number(/^\/bulk\/(\d+)\.jsonl$/.exec(path)?.[1] ?? 'NaN');
    return this.runs.get(id)?.jsonl || null;
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private viewOf(run: BulkRun): object {
    return {
      __typename: 'BulkOperation',
      id: gid('BulkOperation', run.id),
      type: 'QUERY',
      query: run.query,
      status: run.status,
      errorCode: run.errorCode,
      createdAt: run.createdAt,
      completedAt: run.completedAt,
      objectCount: String(run.objectCount),
      rootObjectCount: String(run.rootObjectCount),
      fileSize: run.jsonl === '' ? null : String(Buffer.byteLength(run.jsonl)),
      // No file is made when nothing matched [D].
      url: run.status === 'COMPLETED' && run.jsonl !== '' ? `${this.baseUrl}/bulk/${run.id}.jsonl` : null,
      partialDataUrl: null,
    };
  }

  private later(act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, STEP_MS);
    this.timers.add(timer);
  }

  private async finish(run: BulkRun, context: ShopContext): Promise<void> {
    const document = parse(run.query);
    const result = await execute({
      schema: this.schema,
      document,
      rootValue: adminRoot,
      contextValue: context,
      fieldResolver: loudFieldResolver,
    });
    run.completedAt = shopifyTime(new Date());
    if (result.errors || !result.data) {
      run.status = 'FAILED';
      run.errorCode = 'INTERNAL_SERVER_ERROR';
    } else {
      const lines: string[] = [];
      run.rootObjectCount = flatten(result.data, null, lines);
      run.objectCount = lines.length;
      run.jsonl = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
      run.status = 'COMPLETED';
    }
    this.onFinish(run);
  }

  private problemsOf(query: string): UserError[] {
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return invalid(`Invalid bulk query: ${error instanceof Error ? error.message : String(error)}`);
    }
    const [first] = validate(this.schema, document);
    if (first) return invalid(`Invalid bulk query: ${first.message}`);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION || document.definitions.length > 1) {
      return invalid('Bulk queries must contain one operation and no fragments.');
    }
    const found = countConnections(operation.selectionSet, 0);
    if (found.problem) return invalid(found.problem);
    if (found.count === 0) return invalid('Bulk queries must contain at least one connection.');
    if (found.count > CONNECTION_LIMIT)
      return invalid(`Bulk queries cannot contain more than ${CONNECTION_LIMIT} connections.`);
    return [];
  }
}

function invalid(message: string): UserError[] {
  return [userError(['query'], message, 'INVALID')];
}

/** Shopify's own rules for bulk queries [R: shopify.md 2.3]: edges only, few connections, not deep, parents with an id. */
function countConnections(set: SelectionSetNode, depth: number): { count: number; problem: string | null } {
  let count = 0;
  for (const selection of set.selections) {
    if (selection.kind !== Kind.FIELD || !selection.selectionSet) continue;
    // Its rows are no nodes and have no ids of their own [V: shopify.md 1.5].
    if (selection.name.value === 'bundleComponents')
      return { count, problem: 'Queries that contain a connection whose nodes have no id are not supported.' };
    const inner = selection.selectionSet;
    const names = inner.selections.map((one) => (one.kind === Kind.FIELD ? one.name.value : ''));
    if (names.includes('nodes')) return { count, problem: 'Bulk queries must use edges and node, not nodes.' };
    const isConnection = names.includes('edges');
    if (isConnection && depth > DEPTH_LIMIT) {
      return { count, problem: `Bulk queries cannot nest connections deeper than ${DEPTH_LIMIT}.` };
    }
    if (isConnection && depth > 0 && !hasPlainId(set)) {
      return { count, problem: 'The parent node of a nested connection must select id.' };
    }
    const nested = countConnections(inner, depth + (isConnection ? 1 : 0));
    if (nested.problem) return { count, problem: nested.problem };
    count += nested.count + (isConnection ? 1 : 0);
  }
  return { count, problem: null };
}

function hasPlainId(set: SelectionSetNode): boolean {
  return set.selections.some((one) => one.kind === Kind.FIELD && one.name.value === 'id' && !one.alias);
}

/** Rows of connections become lines of their own, with `__parentId`; everything else stays in its row. Answers the rows of the root. */
function flatten(value: Record<string, unknown>, parentId: string | null, lines: string[]): number {
  let rows = 0;
  for (const field of Object.values(value)) {
    for (const row of rowsOf(field) ?? []) {
      rows += 1;
      const own = Object.entries(row).filter(([, one]) => rowsOf(one) === null);
      lines.push(
        JSON.stringify({ ...Object.fromEntries(own), ...(parentId === null ? {} : { __parentId: parentId }) }),
      );
      flatten(row, typeof row['id'] === 'string' ? row['id'] : parentId, lines);
    }
  }
  return rows;
}

function rowsOf(value: unknown): Record<string, unknown>[] | null {
  if (value === null || typeof value !== 'object' || !('edges' in value) || !Array.isArray(value.edges)) return null;
  return value.edges.map((edge: { node: Record<string, unknown> }) => edge.node);
}
