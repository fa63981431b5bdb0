import type { Editor } from '../actor.js';
import type { JournalCommit, RequestJournal } from '../request-journal.js';
import type { VirtualClock } from '../virtual-clock.js';
import { assemble, JobRefusal } from './bundles/assemble.js';
import { freeHandle } from './normalise.js';
import type { OperationDoc, ProductDoc } from './product-doc.js';
import { newProduct } from './product-input.js';
import type { ProductSetArgs } from './product-set.js';
import { prepareSet } from './product-set.js';
import type { JobRunner, ShopContext, ShopFeatures } from './shop-context.js';
import type { Change, ShopifyState } from './shopify-state.js';

interface JobParts {
  state: ShopifyState;
  features: ShopFeatures;
  journal: RequestJournal;
  clock: VirtualClock;
  context: (commits: JournalCommit[], isAnnounced: boolean, by?: Editor) => ShopContext;
}

/**
 * Jobs of product bundles, of asynchronous productSet and productDelete: CREATED, ACTIVE, COMPLETE, each a moment later. They
 * go on whether or not anybody asks, and also after the process was killed: what was answered is done once.
 */
export class ProductJobs implements JobRunner {
  constructor(private readonly parts: JobParts) {}

  start(id: number): void {
    this.parts.clock.later(this.parts.features.stepMs, () => {
      this.step(id);
    });
  }

  /** Those that a process before this one left undone, or that stood still. */
  resume(): void {
    for (const { id, status } of this.parts.state.operations()) if (status !== 'COMPLETE') this.start(id);
  }

  private step(id: number): void {
    const { state, features, context } = this.parts;
    const operation = state.operation(id);
    if (!operation || operation.status === 'COMPLETE') return;
    if (features.operations === 'held' && operation.status === 'ACTIVE') return;
    const commits: JournalCommit[] = [];
    const own = context(commits, true);
    const isDelete = operation.type === 'delete';
    if (operation.status === 'CREATED') {
      // A deletion is seen while its operation is still ACTIVE [R].
      const gone = isDelete && operation.productId !== null && state.product(operation.productId) !== null;
      const drop: Change[] = gone ? [{ drop: 'product', id: operation.productId ?? 0 }] : [];
      own.commit([...drop, { put: 'operation', doc: { ...operation, status: 'ACTIVE' } }]);
      this.start(id);
    } else if (isDelete) {
      own.commit([{ put: 'operation', doc: { ...operation, status: 'COMPLETE' } }]);
    } else {
      this.finish(operation, own);
    }
    if (commits.length > 0 || operation.status === 'ACTIVE') this.note(operation, commits);
  }

  private note(operation: OperationDoc, commits: JournalCommit[]): void {
    const bundle = operation.productId === null ? 'productBundleCreate' : 'productBundleUpdate';
    const name = operation.type === 'set' ? 'productSet' : operation.type === 'delete' ? 'productDelete' : bundle;
    this.parts.journal.add({
      source: 'job',
      operation: name,
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
      const product = operation.type === 'set' ? setProduct(operation, done, context) : bundle(operation, context);
      if (product) {
        done.productId = product.id;
        changes.push({ put: 'product', doc: product });
      }
    } catch (error) {
      if (!(error instanceof JobRefusal)) throw error;
      done.userErrors = [{ code: error.code, message: error.message, field: null }];
    }
    context.commit([...changes, { put: 'operation', doc: done }]);
  }
}

/** What is wrong with it comes out here alone, with the codes and paths that a synchronous one would answer [V]. */
function setProduct(operation: OperationDoc, done: OperationDoc, context: ShopContext): ProductDoc | null {
  const args: ProductSetArgs = JSON.parse(operation.task ?? '{}');
  const { product, errors } = prepareSet(args, context);
  done.userErrors = errors.map(({ code, message, field }) => ({ code: code ?? 'GENERIC_ERROR', message, field }));
  return errors.length > 0 ? null : product;
}

function bundle(operation: OperationDoc, context: ShopContext): ProductDoc {
  const product = productOf(operation, context);
  if (operation.bundles) assemble(context, product, operation.bundles);
  return product;
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
