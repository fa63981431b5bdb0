import { handleFault } from '../../catalog/read-product-fields.js';
import type { Problem } from '../../problem.js';
import type { Held } from '../held.js';
import { takenHandleFault } from '../taken-handle.js';
import { bundleHandles } from './bundle-handle.js';
import type { BundleInFile } from './bundle-in-file.js';
import { isRefused } from './bundle-in-file.js';

/** The product that a new bundle gets, or why it gets none. */
export type Home = { handle: string; isNew: boolean; fault: null } | { fault: Pick<Problem, 'code' | 'message'> };

/** Gives every new bundle of a file a product of its own. */
export class NewBundleHomes {
  /** Handles that bundles of this file have, each with the line of the first. */
  private readonly given = new Map<string, number>();
  private readonly named = new Set<string>();

  /** @param bundles the new ones of the file: a handle that one of them names, no other is given. */
  constructor(
    private readonly held: Held,
    private readonly refuses: 'ROWS' | 'VALUES',
    bundles: readonly BundleInFile[],
  ) {
    for (const { own } of bundles) if (own.handle) this.named.add(own.handle.text);
  }

  of(bundle: BundleInFile): Home {
    const { own, code, first } = bundle;
    const home = own.handle ? this.asNamed(own.handle.text) : this.made(bundleHandles(own.title?.text ?? '', code));
    // What is not taken keeps no handle from what is.
    if (home.fault === null && !isRefused(bundle)) this.given.set(home.handle, first.line);
    return home;
  }

  private asNamed(handle: string): Home {
    const unfit = this.refuses === 'ROWS' ? handleFault(handle) : takenHandleFault(handle);
    if (unfit && !this.held.product(handle)) return { fault: unfit };
    const line = this.given.get(handle);
    if (line !== undefined) {
      return taken(`line ${line} makes the product ${handle}; here every new bundle has a product of its own`);
    }
    const product = this.held.product(handle);
    if (!product) return { handle, isNew: true, fault: null };
    const isFree = product.optionNames.length === 0 && (this.held.world.siblings.get(product.id) ?? []).length === 0;
    if (isFree) return { handle, isNew: false, fault: null };
    return taken(`product ${handle} has options or SKUs already; here every new bundle has a product of its own`);
  }

  private made(handles: readonly string[]): Home {
    const free = handles.find((each) => !this.given.has(each) && !this.named.has(each) && !this.held.product(each));
    if (free !== undefined) return { handle: free, isNew: true, fault: null };
    if (handles.length > 0)
      return taken(`products have the handles ${handles.join(' and ')} already; name another one`);
    return { fault: { code: 'REQUIRED', message: 'no handle can be made of title and code; name one' } };
  }
}

function taken(message: string): Home {
  return { fault: { code: 'HANDLE_TAKEN', message } };
}
