import type { BundleLine } from '../../bundle/composition.js';
import type { RowFault } from '../csv-row.js';
import type { RowChange } from '../import-format.js';
import type { BundleRows } from './group-bundles.js';

/** A bundle of the file: its rows, what is in it, and what becomes of it. */
export interface BundleInFile extends BundleRows {
  components: BundleLine[];
  /** Empty: nothing of it is taken, or nothing of it differs. */
  changes: RowChange[];
  /** Of single rows; where one is rejected, the whole bundle is. */
  faults: RowFault[];
  /** Is it one that the master does not know yet? */
  isNew: boolean;
  /** Handle of the product that holds it already, where a proposal compares the two. */
  home: string | null;
}

/** Nothing of a bundle is taken where one of its rows is not. */
export function isRefused({ faults }: BundleInFile): boolean {
  return faults.some(({ rejected }) => rejected);
}
