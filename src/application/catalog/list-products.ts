import type { Product } from '../../domain/catalog/product.js';
import { searchFaults } from '../../domain/catalog/search-words.js';
import type { Outcome } from '../../domain/problem.js';
import type { Page, PageRequest } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import { readAsOf } from './read-as-of.js';

/** A page of products by handle, as they are or as they stood at an instant. */
export async function listProducts(
  ports: Pick<Ports, 'catalog'>,
  page: PageRequest,
  search: string | null,
  asOf: Date | null,
): Promise<Outcome<Page<Product>>> {
  const faults = searchFaults(search, ['search']);
  if (faults.length > 0) return { ok: false, problems: faults };
  return readAsOf(ports, asOf, () => ports.catalog.products(page, search, asOf));
}
