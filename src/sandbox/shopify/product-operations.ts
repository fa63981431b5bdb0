import type { OperationDoc } from './product-doc.js';
import { gid, numberOf } from './product-doc.js';
import { productView } from './product-view.js';
import type { ShopContext } from './shop-context.js';

const TYPES = {
  set: 'ProductSetOperation',
  delete: 'ProductDeleteOperation',
  bundle: 'ProductBundleOperation',
} as const;

export function productOperation({ id }: { id: string }, context: ShopContext): object | null {
  for (const type of Object.values(TYPES)) {
    const operation = context.state.operation(numberOf(type, id));
    if (operation && typeOf(operation) === type) return operationView(operation, context);
  }
  return null;
}

/** The product is told only once the job is done [R]; errors are told here alone, and there is no FAILED [V]. */
export function operationView(operation: OperationDoc, context: ShopContext): object {
  const type = typeOf(operation);
  const made = operation.status === 'COMPLETE' ? context.state.product(operation.productId) : null;
  const isDeleted = operation.type === 'delete' && operation.status !== 'CREATED';
  return {
    __typename: type,
    id: gid(type, operation.id),
    status: operation.status,
    product: made && productView(made, context),
    deletedProductId: isDeleted ? gid('Product', operation.productId ?? 0) : null,
    userErrors: operation.userErrors.map((error) => ({ ...error, field: error.field ?? null })),
  };
}

function typeOf({ type }: OperationDoc): string {
  return TYPES[type ?? 'bundle'];
}
