import type { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import type { VirtualClock } from '../../virtual-clock.js';
import { adminRoot } from '../admin-root.js';
import { gid, numberOf, shopifyTime } from '../product-doc.js';
import type { BulkRunner, ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { userError } from '../shop-errors.js';
import { BulkFiles } from './bulk-files.js';
import type { BulkMutation } from './bulk-mutation.js';
import { readBulkMutation, runLine } from './bulk-mutation.js';
import type { BulkPlan } from './bulk-plan.js';
import type { BulkQuery } from './bulk-query.js';
import { readBulkQuery } from './bulk-query.js';
import { BulkReader } from './bulk-rows.js';
import type { BulkRun } from './bulk-run.js';
import { isUnderWay, runView } from './bulk-run.js';
import type { StagedInput } from './staged-uploads.js';
import { StagedUploads } from './staged-uploads.js';

/** Of each type, since 2026-01 [D]. */
const CONCURRENT_LIMIT = 5;
const STEP_MS = 20;

export interface BulkParts {
  schema: GraphQLSchema;
  dataDir: string | null;
  clock: VirtualClock;
  plan: BulkPlan;
  random: () => number;
  /** A context whose commits go into the journal under this name. */
  work: (operation: string) => ShopContext;
  onFinish: (run: BulkRun) => void;
}

/**
 * Bulk operations: begun at once, run a moment later, fetched as JSONL. They live as long as the process: a restart
 * forgets them, and `bulkOperation(id)` then answers null.
 */
export class BulkOperations implements BulkRunner {
  readonly uploads = new StagedUploads();
  private readonly runs = new Map<number, BulkRun>();
  private readonly files: BulkFiles;
  private baseUrl = '';
  private isClosed = false;

  constructor(private readonly parts: BulkParts) {
    this.files = new BulkFiles(parts.dataDir);
  }

  /** Where files are served and taken; known only once the server listens. */
  serveAt(baseUrl: string): void {
    this.baseUrl = baseUrl;
    this.uploads.serveAt(baseUrl);
  }

  runQuery(args: { query: string; groupObjects: boolean }, context: ShopContext): object {
    const read = readBulkQuery(this.parts.schema, args.query);
    const problems = Array.isArray(read) ? read : this.refusal('QUERY');
    if (args.groupObjects) problems.push(userError(['groupObjects'], 'groupObjects: true is not simulated', 'INVALID'));
    if (problems.length > 0 || Array.isArray(read)) return { bulkOperation: null, userErrors: problems };
    const run = this.begin('QUERY', args.query, context);
    return this.started(run, () => this.readAll(run, read));
  }

  runMutation(
    args: { mutation: string; stagedUploadPath: string; clientIdentifier?: string | null },
    context: ShopContext,
  ): object {
    const read = readBulkMutation(this.parts.schema, args.mutation, this.uploads, args.stagedUploadPath);
    const problems = Array.isArray(read) ? read : this.refusal('MUTATION');
    if (problems.length > 0 || Array.isArray(read)) return { bulkOperation: null, userErrors: problems };
    const run = this.begin('MUTATION', args.mutation, context);
    return this.started(run, () => this.doLines(run, read));
  }

  /** Words as recorded [R]. */
  cancel(id: string): object {
    const run = this.runs.get(numberOf('BulkOperation', id) ?? 0);
    if (!run) return { bulkOperation: null, userErrors: [userError(['id'], 'Bulk operation does not exist')] };
    if (!isUnderWay(run)) {
      const message = `A bulk operation cannot be canceled when it is ${run.status.toLowerCase()}`;
      return { bulkOperation: this.viewOf(run), userErrors: [userError(null, message)] };
    }
    run.status = 'CANCELING';
    if (run.fate.stuck) this.parts.clock.later(STEP_MS, () => this.end(run, 'CANCELED', null));
    return { bulkOperation: this.viewOf(run), userErrors: [] };
  }

  stage(inputs: StagedInput[]): object {
    return this.uploads.create(inputs, this.parts.clock.now());
  }

  view(id: string): object | null {
    const run = this.runs.get(numberOf('BulkOperation', id) ?? 0);
    return run ? this.viewOf(run) : null;
  }

  views(): { run: BulkRun; view: object }[] {
    return [...this.runs.values()].map((run) => ({ run, view: this.viewOf(run) }));
  }

  /** The result of `/bulk/<id>.jsonl`; null when there is none, or its time is over. */
  file(path: string): Readable | null {
    const run = this.runs.get(Number(/^\/bulk\/(\d+)\.jsonl$/.exec(path)?.[1] ?? '0'));
    return !run || run.file.lines === 0 || this.isExpired(run) ? null : run.file.read();
  }

  reset(): void {
    for (const run of this.runs.values()) {
      if (isUnderWay(run)) run.status = 'CANCELED';
      run.file.remove();
    }
    this.runs.clear();
    this.uploads.reset();
    this.parts.plan.reset();
  }

  close(): void {
    this.isClosed = true;
    for (const run of this.runs.values()) run.file.end();
    this.files.close();
  }

  /** The sixth of a type is refused and names the five [R]. */
  private refusal(type: BulkRun['type']): UserError[] {
    const busy = [...this.runs.values()].filter((run) => run.type === type && isUnderWay(run));
    if (busy.length < CONCURRENT_LIMIT) return [];
    const ids = busy.map((run) => gid('BulkOperation', run.id)).join(', ');
    const message = `A bulk ${type.toLowerCase()} operation for this app and shop is already in progress: ${ids}.`;
    return [userError(null, message, 'OPERATION_IN_PROGRESS')];
  }

  private begin(type: BulkRun['type'], text: string, context: ShopContext): BulkRun {
    for (const old of this.runs.values()) if (this.isExpired(old)) old.file.remove();
    const id = context.state.newId();
    const run: BulkRun = {
      id,
      type,
      text,
      status: 'CREATED',
      errorCode: null,
      createdAt: context.now,
      completedAt: null,
      endedAtMs: null,
      objectCount: 0,
      rootObjectCount: 0,
      file: this.files.create(id),
      fate: this.parts.plan.take(),
    };
    this.runs.set(id, run);
    return run;
  }

  private started(run: BulkRun, work: () => Promise<void>): object {
    const answer = { bulkOperation: this.viewOf(run), userErrors: [] };
    this.parts.clock.later(STEP_MS, () => {
      if (run.status === 'CREATED') run.status = 'RUNNING';
      if (!run.fate.stuck) this.parts.clock.later(STEP_MS, () => this.attempt(run, work));
    });
    return answer;
  }

  /**
   * A scope that is missing ends it as ACCESS_DENIED [V: schema text]; a fault of the stand-in, or a field that is not
   * simulated, as INTERNAL_SERVER_ERROR.
   */
  private async attempt(run: BulkRun, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.isClosed) return;
      if (error instanceof GraphQLError && error.extensions['code'] === 'ACCESS_DENIED')
        return this.end(run, 'FAILED', 'ACCESS_DENIED');
      process.emitWarning(`bulk operation ${run.id}: ${error instanceof Error ? error.message : String(error)}`);
      this.end(run, 'FAILED', 'INTERNAL_SERVER_ERROR');
    }
  }

  private async readAll(run: BulkRun, query: BulkQuery): Promise<void> {
    const { schema, plan, random } = this.parts;
    const context = this.parts.work('bulkOperationRunQuery');
    const reader = new BulkReader(schema, adminRoot, query, context);
    for await (const { lines, roots } of reader.rows()) {
      run.rootObjectCount += roots;
      if (await this.isOver(run, lines, plan.shuffled)) return;
    }
    if (plan.shuffled) run.file.flush(random);
    const rows = await reader.formulaRows();
    if (rows) {
      // As the shop is now: what is changed between here and the download is not seen in it.
      const kept = new Set([...context.state.keptProducts()].map(({ id }) => id));
      const ids = [...context.state.formulaIds()];
      run.file.add({ rows, ids: () => ids.filter((id) => !kept.has(id)) }, ids.length, ids[0] ?? 0);
      run.rootObjectCount += ids.length;
    }
    run.objectCount = run.file.lines;
    this.end(run, 'COMPLETED', null);
  }

  private async doLines(run: BulkRun, mutation: BulkMutation): Promise<void> {
    const context = this.parts.work('bulkOperationRunMutation');
    for (let at = 0; at < mutation.lines.length; at += 1) {
      const fresh = { ...context, now: shopifyTime(this.parts.clock.date()), searches: [] };
      const line = await runLine(this.parts.schema, adminRoot, mutation, at, fresh);
      run.rootObjectCount += 1;
      if (await this.isOver(run, [line], false)) return;
    }
    this.end(run, 'COMPLETED', null);
  }

  /** Writes rows; true when the operation has ended here, by its fate or by who cancelled it. */
  private async isOver(run: BulkRun, lines: string[], isShuffled: boolean): Promise<boolean> {
    const { clock, plan, random } = this.parts;
    const { fail, afterRows } = run.fate;
    const isDoomed = fail !== null && run.objectCount + lines.length >= afterRows;
    const kept = isDoomed ? lines.slice(0, Math.max(0, afterRows - run.objectCount)) : lines;
    run.file.write(kept, isShuffled ? random : null);
    run.objectCount += kept.length;
    if (isDoomed) {
      if (isShuffled) run.file.flush(random);
      this.end(run, 'FAILED', fail);
      return true;
    }
    const { rowsPerSecond } = plan;
    if (rowsPerSecond === null) await breathe();
    else await new Promise<void>((resolve) => clock.later((lines.length / rowsPerSecond) * 1000, resolve));
    if (run.status !== 'CANCELING') return this.isClosed;
    this.end(run, 'CANCELED', null);
    return true;
  }

  private end(run: BulkRun, status: BulkRun['status'], errorCode: BulkRun['errorCode']): void {
    if (!isUnderWay(run)) return;
    const { clock, onFinish } = this.parts;
    run.file.end();
    // Who cancels has no time of completion [R].
    run.completedAt = status === 'CANCELED' ? null : shopifyTime(clock.date());
    Object.assign(run, { status, errorCode, endedAtMs: clock.now() });
    onFinish(run);
  }

  private viewOf(run: BulkRun): object {
    return runView(run, this.isExpired(run) ? null : `${this.baseUrl}/bulk/${run.id}.jsonl`);
  }

  private isExpired({ endedAtMs }: BulkRun): boolean {
    const { clock, plan } = this.parts;
    return endedAtMs !== null && endedAtMs + plan.urlLifeSeconds * 1000 < clock.now();
  }
}
