import { handleFault } from '../catalog/read-product-fields.js';
import type { Sku } from '../catalog/sku.js';
import type { ProposedChange } from '../change/change.js';
import { productOfPatch } from '../change/change.js';
import type { FieldValues, Json } from '../primitives/json.js';
import { sameJson } from '../primitives/json.js';
import type { ProblemCode } from '../problem.js';
import type { RowFault } from './csv-row.js';
import type { Held, Looked } from './held.js';
import type { GroupReading, ImportHeader, RowChange } from './import-format.js';
import { proposedFields } from './proposed-fields.js';

export interface CreationRules {
  header: Pick<ImportHeader, 'placeOf'>;
  /** Do these two values of a field mean the same, though they are written otherwise? */
  isSame: (field: string, file: Json, master: Json) => boolean;
  /** Fields that the format makes up where it has none: a new SKU gets them, a known one keeps its own. */
  derived: readonly string[];
  /** Has the file spoken for this product before? */
  isSaid: (handle: string) => boolean;
  /** What the row of a SKU says that a proposal leaves alone, or null. @param sku null: a new one. */
  left: (row: RowChange, sku: Sku | null) => RowFault | null;
}

/**
 * A reading that creates everything, as a proposal: what the master knows already is changed in what differs, and the
 * rest is created. For formats that say nothing of a revision: compared is what is there now.
 */
export function proposeCreations(reading: GroupReading, held: Held, rules: CreationRules): GroupReading {
  const proposal = new Proposal(held, rules);
  const refused = new Set(reading.faults.flatMap(({ line, rejected }) => (rejected ? [line] : [])));
  for (const row of reading.changes) if (row.change.operation === 'PRODUCT_CREATE') proposal.product(row, refused);
  for (const row of reading.changes) {
    if (row.change.operation === 'SKU_CREATE' && !refused.has(row.line)) proposal.sku(row);
  }
  return { changes: proposal.changes(), faults: [...reading.faults, ...proposal.faults] };
}

interface Impossible {
  field: string;
  code: ProblemCode;
  message: string;
}

class Proposal {
  readonly faults: RowFault[] = [];
  private readonly products = new Map<string, RowChange>();
  private readonly skus: RowChange[] = [];
  /** Products that cannot be created, and why. */
  private readonly impossible = new Map<string, Impossible>();

  constructor(
    private readonly held: Held,
    private readonly rules: CreationRules,
  ) {}

  /** New products come along only with a SKU; of known ones, whatever differs. */
  changes(): RowChange[] {
    const filled = new Set(
      this.skus.flatMap(({ change }) => (change.operation === 'SKU_CREATE' ? [productOfPatch(change.patch)] : [])),
    );
    const isWanted = ({ change }: RowChange): boolean =>
      change.operation === 'PRODUCT_UPDATE' || filled.has(change.target);
    return [...[...this.products.values()].filter(isWanted), ...this.skus];
  }

  product(row: RowChange, refused: ReadonlySet<number>): void {
    const { target: handle, patch } = row.change;
    const known = this.held.product(handle);
    const fault = known ? null : handleFault(handle);
    if (!known) {
      if (fault) this.impossible.set(handle, { field: 'handle', ...fault });
      else if (refused.has(row.line)) {
        const message = `not taken, because line ${row.line} was not, which describes its product`;
        this.impossible.set(handle, { field: 'handle', code: 'NOT_FOUND', message });
      } else if (patch.title === undefined && !this.rules.isSaid(handle)) {
        const message = `the master does not know product ${handle.slice(0, 40)}, and a new one needs a title`;
        this.impossible.set(handle, { field: 'title', code: 'REQUIRED', message });
      } else this.products.set(handle, row);
      return;
    }
    const { optionNames, ...fields } = patch;
    if (optionNames !== undefined && !sameJson(optionNames, known.optionNames)) {
      const message = `the options of product ${handle} are ${known.optionNames.join(', ') || 'none'}, and stay so`;
      this.impossible.set(handle, { field: 'optionNames', code: 'FIELD_IMMUTABLE', message });
      return;
    }
    const looked = this.held.lookedAtProduct(known, null);
    if (!looked || refused.has(row.line)) return;
    const changed = this.differing(fields, looked);
    if (!changed) return;
    const change = {
      ...row.change,
      operation: 'PRODUCT_UPDATE' as const,
      baseRevision: looked.revision,
      patch: changed,
    };
    this.products.set(handle, { line: row.line, change });
  }

  sku(row: RowChange): void {
    const { target, patch } = row.change;
    const handle = productOfPatch(patch);
    const impossible = this.impossible.get(handle);
    if (impossible) {
      this.reject(row, impossible);
      return;
    }
    const sku = this.held.sku(target);
    const home = sku && this.held.productOf(sku);
    if (home && home.handle !== handle) {
      const message = `the SKU belongs to product ${home.handle}, and stays there`;
      this.reject(row, { field: 'product', code: 'FIELD_IMMUTABLE', message });
      return;
    }
    const left = this.rules.left(row, sku);
    if (left) this.faults.push(left);
    if (!sku) {
      // A state is come to by steps, each with its gates.
      const { state: _state, ...fields } = patch;
      this.skus.push({ line: row.line, change: { ...row.change, patch: fields } });
      return;
    }
    const looked = this.held.lookedAtSku(sku, null);
    const said = Object.entries(patch).filter(([field]) => field !== 'product' && !this.rules.derived.includes(field));
    const changed = looked && this.differing(Object.fromEntries(said), looked);
    if (!changed) return;
    const change: ProposedChange = {
      operation: 'SKU_UPDATE',
      target: sku.code,
      baseRevision: looked.revision,
      patch: changed,
    };
    this.skus.push({ line: row.line, change });
  }

  private differing(said: FieldValues, looked: Looked<FieldValues>): FieldValues | null {
    const { isSame } = this.rules;
    const other = Object.entries(said).filter(([field, value]) => !isSame(field, value, looked.now[field] ?? null));
    return proposedFields(Object.fromEntries(other), looked).patch;
  }

  private reject(row: RowChange, { field, code, message }: Impossible): void {
    const place = this.rules.header.placeOf(row, [field]);
    // A SKU's own title is made up: no cell says it.
    const value = field === 'title' ? null : place.value;
    this.faults.push({ ...place, value, code, message, rejected: true, subject: null });
  }
}
