import type { OperationDoc } from './product-doc.js';
import { gid, numberOf } from './product-doc.js';
import { operationView } from './product-operations.js';
import type { ShopContext } from './shop-context.js';
import type { UserError } from './shop-errors.js';
import { userError } from './shop-errors.js';
import { shopView } from './shop-view.js';

/** At once, or as a job; a second job for the same product is refused while the first goes on [R: words and shapes]. */
export function productDelete(
  { input, synchronous }: { input: { id: string }; synchronous?: boolean | null },
  context: ShopContext,
): object {
  const { state } = context;
  const product = state.product(numberOf('Product', input.id));
  const isUnderWay = state
    .operations()
    .some(
      (one) => one.type === 'delete' && one.status !== 'COMPLETE' && gid('Product', one.productId ?? 0) === input.id,
    );
  if (isUnderWay) {
    const message = 'Another operation already in progress. Please wait until current one is finished.';
    return payload(null, null, [userError(null, message)], context);
  }
  if (!product) return payload(null, null, [userError(['id'], 'Product does not exist')], context);
  if (synchronous !== false) {
    context.commit([{ drop: 'product', id: product.id }]);
    return payload(input.id, null, [], context);
  }
  const operation: OperationDoc = {
    id: state.newId(),
    type: 'delete',
    productId: product.id,
    title: null,
    bundles: null,
    status: 'CREATED',
    userErrors: [],
  };
  context.commit([{ put: 'operation', doc: operation }]);
  context.jobs.start(operation.id);
  return payload(null, operationView(operation, context), [], context);
}

function payload(
  deletedProductId: string | null,
  productDeleteOperation: object | null,
  userErrors: UserError[],
  context: ShopContext,
): object {
  return { deletedProductId, productDeleteOperation, userErrors, shop: shopView({}, context) };
}
