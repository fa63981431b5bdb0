import type { OwnershipCut, ScopeCut } from '../../../domain/ownership/owned-by.js';
import type { Sql } from '../../sql.js';
import type { Face } from './face.js';
import { inProducts, namedProducts } from './product-conditions.js';
import type { Test } from './tests.js';
import { both, either, isAmong, isNotAmong } from './tests.js';

/** SKUs whose owner answers a question with yes: `ruleOf` in SQL, with the rules already cut by their answers. */
export async function ownerTest(sql: Sql, face: Face, cut: OwnershipCut): Promise<Test> {
  // A SKU that a rule of its own names is decided by it, whatever is said of its product.
  const named = isAmong('s.code_folded', cut.sku.yes);
  const unnamed = isNotAmong('s.code_folded', cut.sku.no);
  const products = productTest(face, cut);
  if (typeof products === 'boolean') return either(named, both(unnamed, products));
  if (named === false) return both(unnamed, inProducts(face, products));
  const [through] = await namedProducts(sql, face, [products]);
  return either(named, both(unnamed, through ?? false));
}

/** Products whose SKUs answer with yes where no rule of their own names them. */
function productTest(face: Face, cut: OwnershipCut): Test {
  const byVendor = level(face.product.vendor, cut.vendor, cut.rest);
  return level('p.handle_folded', cut.product, level(face.product.type, cut.productType, byVendor));
}

/** One scope: what its rules say; where none names the value, or there is no value, what less specific ones say. */
function level(column: string, { yes, no }: ScopeCut, below: Test): Test {
  return either(isAmong(column, yes), both(isNotAmong(column, no), below));
}
