import type { JournalCommit, RequestJournal } from '../../request-journal.js';
import { freeHandle } from '../normalise.js';
import type { OperationDoc, ProductDoc } from '../product-doc.js';
import { newProduct } from '../product-input.js';
import type { JobRunner, ShopContext, ShopFeatures } from '../shop-context.js';
import type { Change, ShopifyState } from '../shopify-state.js';
import { assemble, JobRefusal } from './assemble.js';

const STEP_MS = 20;

interface BundleJobParts {
  state: ShopifyState;
  features: ShopFeatures;
  journal: RequestJournal;
  context: (commits: JournalCommit[], isAnnounced: boolean) => ShopContext;
}

/**
 * Jobs of product bundles: CREATED, ACTIVE, COMPLETE, each a moment later. They go on whether or not anybody asks, and
 * also after the process was killed: what was answered is done once.
 */
export class BundleJobs implements JobRunner {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly parts: BundleJobParts) {}

  start(id: number): void {
    this.later(() => {
      this.step(id);
    });
  }

  /** Those that a process before this one left undone, or that stood still. */
  resume(): void {
    for (const { id, status } of this.parts.state.operations()) if (status !== 'COMPLETE') this.start(id);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private later(act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, STEP_MS);
    this.timers.add(timer);
  }

  private step(id: number): void {
    const { state, features, journal, context } = this.parts;
    const operation = state.operation(id);
    if (!operation || operation.status === 'COMPLETE') return;
    const commits: JournalCommit[] = [];
    if (operation.status === 'CREATED') {
      context(commits, true).commit([{ put: 'operation', doc: { ...operation, status: 'ACTIVE' } }]);
      this.start(id);
      return;
    }
    if (features.operations === 'held') return;
    this.finish(operation, context(commits, true));
    journal.add({
      source: 'job',
      operation: operation.productId === null ? 'productBundleCreate' : 'productBundleUpdate',
      kind: 'mutation',
      by: 'api',
      status: 200,
      fault: null,
      commits,
    });
  }

  /** One commit: the product and the end of the operation are seen together, or neither. */
  private finish(operation: OperationDoc, context: ShopContext): void {
    const done: OperationDoc = { ...operation, status: 'COMPLETE' };
    const changes: Change[] = [];
    try {
      const product = productOf(operation, context);
      if (operation.bundles) assemble(context, product, operation.bundles);
      done.productId = product.id;
      changes.push({ put: 'product', doc: product });
    } catch (error) {
      if (!(error instanceof JobRefusal)) throw error;
      done.userErrors = [{ code: error.code, message: error.message }];
    }
    context.commit([...changes, { put: 'operation', doc: done }]);
  }
}

/** A copy to change: a new one is a DRAFT with the handle that its title makes, and a suffix where that is taken [C]. */
function productOf({ productId, title }: OperationDoc, context: ShopContext): ProductDoc {
  const { state } = context;
  if (productId !== null) {
    const held = structuredClone(state.product(productId));
    if (!held) throw new JobRefusal('PRODUCT_DOES_NOT_EXIST', 'Product does not exist.');
    return title === null ? held : { ...held, title };
  }
  const name = title?.trim() ?? '';
  if (name === '') throw new JobRefusal('INVALID_INPUT', "Title can't be blank");
  const handle = freeHandle(name, (one) => state.byHandle(one) !== null);
  return { ...newProduct(context), title: name, handle, status: 'DRAFT' };
}
