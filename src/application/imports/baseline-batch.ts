import type { World } from '../../domain/change/draft.js';
import { productSnapshot } from '../../domain/catalog/product.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { productOfPatch } from '../../domain/change/change.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { GroupReading, ImportHeader, ProductThere, RowChange } from '../../domain/imports/import-format.js';
import { fieldsOtherwise } from '../../domain/imports/said-otherwise.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Problem } from '../../domain/problem.js';
import { Refusals } from './refusals.js';

/** Variants of one product at most: Shopify's limit. */
const VARIANT_LIMIT = 2_048;

type Group = Pick<GroupReading, 'changes' | 'joining'>;

/** What of a batch is still to be taken, and why the rest is not. */
export class BaselineBatch {
  readonly faults: RowFault[] = [];
  private groups: Group[];
  private world: World | null = null;
  /** Rows whose code the master has; which line of this file it came from, if any, is told at the end. */
  private readonly known: RowChange[] = [];

  constructor(
    readings: readonly GroupReading[],
    private readonly header: ImportHeader,
  ) {
    this.groups = [...readings];
  }

  /** A product without a SKU is not created: there was nothing of it to take. One that is known is only joined. */
  changes(): RowChange[] {
    const known = new Set(this.world?.products.keys());
    const rows: RowChange[] = [];
    for (const { changes } of this.groups) {
      const held = new Set(changes.flatMap((row) => (isNewSku(row) ? [productOf(row)] : [])));
      for (const row of changes) {
        const { operation, target } = row.change;
        if (operation === 'PRODUCT_CREATE') {
          if (known.has(target) || !held.has(target)) continue;
          known.add(target);
        }
        rows.push(row);
      }
    }
    return rows;
  }

  /**
   * Compares with the master, and with groups before in the batch: a SKU may join a product only under the product's own
   * options.
   */
  meet(world: World): void {
    this.world = world;
    this.join(world);
    const refused = new Refusals<RowChange>();
    const own = new Map<string, string[]>();
    for (const { changes } of this.groups) {
      const joining = Map.groupBy(changes.filter(isNewSku), productOf);
      for (const { change } of changes) {
        if (change.operation !== 'PRODUCT_CREATE') continue;
        const { target: handle, patch } = change;
        const proposed = Array.isArray(patch.optionNames) ? patch.optionNames.map(String) : [];
        const present = world.products.get(handle)?.optionNames ?? own.get(handle);
        const skus = joining.get(handle) ?? [];
        if (present === undefined && skus.length > 0) own.set(handle, proposed);
        if (present === undefined || folded(present) === folded(proposed)) continue;
        const message = `product ${handle} is known already, with the options: ${present.join(', ') || 'none'}`;
        for (const row of skus) refused.add(row, { code: 'OPTIONS_TAKEN', message, field: ['optionNames'] });
      }
    }
    this.drop(refused);
  }

  /** Reads what may be the rest of a product beside the product: of the master, or of a group before in the batch. */
  private join(world: World): void {
    const own = new Map<string, ProductThere>();
    this.groups = this.groups.map((group) => {
      const [lead] = group.changes;
      const handle = lead?.change.target ?? '';
      const read = group.joining?.(world.products.get(handle) ?? own.get(handle) ?? null);
      for (const fault of read?.faults ?? []) this.faults.push(fault);
      const { changes } = read ?? group;
      for (const row of changes) {
        const { operation, target, patch } = row.change;
        if (operation === 'PRODUCT_CREATE' && !own.has(target) && changes.some(isNewSku))
          own.set(target, said(row, patch));
      }
      return { changes };
    });
  }

  /**
   * Takes out what the problems are about, and says so.
   * @param rows what was planned; the problems point into it.
   */
  leaveOut(problems: readonly Problem[], rows: readonly RowChange[]): void {
    const refused = new Refusals<RowChange>();
    const without = new Map<RowChange, Map<OptionalField, Problem>>();
    const doubles = doublesIn(rows);
    for (const each of problems) {
      const [root, index, , ...path] = each.field ?? [];
      const row = root === 'changes' && index !== undefined ? rows[Number(index)] : undefined;
      const field = path[0] === 'fields' ? path.slice(1) : path;
      const refuse = (one: RowChange, at: string[]): void => refused.add(one, { ...each, field: at });
      if (!row) for (const extra of this.excess()) refuse(extra, ['handle']);
      // Judged once the rest is known: the row that has its code first may itself not be taken.
      else if (doubles.has(row)) continue;
      else if (row.change.operation === 'PRODUCT_CREATE') {
        for (const sku of this.skusOf(row.change.target)) refuse(sku, ['handle']);
      } else if (isOptional(field[0])) without.set(row, (without.get(row) ?? new Map()).set(field[0], each));
      else refuse(row, field.length > 0 ? field : ['code']);
    }
    for (const [row, first] of doubles) {
      if (!refused.has(first)) refused.add(row, { code: 'CODE_TAKEN', message: takenIn(first.line), field: ['code'] });
    }
    // Going on with nothing left out would go on for ever.
    if (refused.size + without.size === 0) throw new Error(`a batch cannot be planned: ${problems[0]?.message}`);
    // Who bears a GTIN first is judged once the rows are out that are not taken at all.
    if (refused.size > 0) without.clear();
    for (const [row, fields] of without) {
      for (const [field, { code, message }] of fields) {
        const place = this.header.placeOf(row, [field]);
        const subject = { entity: 'SKU' as const, key: row.change.target, field };
        this.faults.push({ ...place, code, message: `${message}; left unset`, rejected: false, subject });
      }
    }
    refused.addHolders(rows);
    this.drop(refused);
    this.groups = this.groups.map(({ changes }) => ({
      changes: changes.map((row) => withoutThese(row, [...(without.get(row)?.keys() ?? [])])),
    }));
  }

  /**
   * Says what of the taken changes should be looked at again; it keeps nothing back.
   * @param rows what was planned; the warnings point into it.
   */
  note(warnings: readonly Problem[], rows: readonly RowChange[]): void {
    for (const { code, message, field } of warnings) {
      const [, index, , ...path] = field ?? [];
      const row = index === undefined ? undefined : rows[Number(index)];
      if (!row) continue;
      const place = this.header.placeOf(row, path[0] === 'fields' ? path.slice(1) : path);
      this.faults.push({ ...place, code, message, rejected: false, subject: null });
    }
  }

  /**
   * Says which values of products were not taken because the product is there, and is not what the file says: a baseline
   * only creates.
   * @param rows what was taken.
   */
  noteLeft(rows: readonly RowChange[]): void {
    const taken = new Set(rows);
    const made = new Map(rows.flatMap(({ change }) => (isNewProduct(change) ? [[change.target, change.patch]] : [])));
    for (const { changes } of this.groups) {
      const joined = new Set(changes.flatMap((row) => (isNewSku(row) ? [productOf(row)] : [])));
      for (const row of changes) {
        const { target: handle, patch } = row.change;
        if (!isNewProduct(row.change) || taken.has(row) || !joined.has(handle)) continue;
        const present = this.world?.products.get(handle);
        const has = present ? productSnapshot(present) : { title: handle, ...made.get(handle) };
        for (const path of fieldsOtherwise(patch, has)) {
          const message = `product ${handle.slice(0, 40)} is there already, and not so; a baseline only creates: it stays as it is`;
          const place = this.header.placeOf(row, path);
          this.faults.push({ ...place, code: 'ROWS_DISAGREE', message, rejected: false, subject: null });
        }
      }
    }
  }

  /** Folded codes of rows that were left out because the master has their code. */
  get knownCodes(): string[] {
    return this.known.map(({ change }) => foldCode(change.target));
  }

  /** @param lines by folded code: where this very file has the code first. What is not there, the master had before. */
  tellKnown(lines: ReadonlyMap<string, number>): void {
    for (const row of this.known) {
      const line = lines.get(foldCode(row.change.target));
      const message =
        line === undefined ? 'the master knows this code already; a code is never used twice' : takenIn(line);
      const place = this.header.placeOf(row, ['code']);
      this.faults.push({ ...place, code: 'CODE_TAKEN', message, rejected: true, subject: null });
    }
  }

  /** Rejects changes, and with each what cannot be without it: the rest of a whole, and what else is done with a SKU that is not created. */
  private drop(refused: Refusals<RowChange>): void {
    if (refused.size === 0) return;
    const isKnown = ({ change }: RowChange, { code }: Problem): boolean =>
      code === 'CODE_TAKEN' && this.world?.skus.has(foldCode(change.target)) === true;
    const faults = refused.faults(this.header, (row, each) => {
      if (isKnown(row, each)) this.known.push(row);
      return isKnown(row, each);
    });
    for (const fault of faults) this.faults.push(fault);
    this.groups = this.groups.map((group) => {
      const gone = new Set(group.changes.filter((row) => refused.has(row) && isNewSku(row)).map(keyOf));
      // Another row that would create the same SKU stands for itself.
      const stays = (row: RowChange): boolean => !refused.reaches(row) && (isNewSku(row) || !gone.has(keyOf(row)));
      return { changes: group.changes.filter(stays) };
    });
  }

  /** SKUs of products that would have more variants than a product may have: the last ones are too many. */
  private excess(): RowChange[] {
    const byProduct = Map.groupBy(
      this.groups.flatMap(({ changes }) => changes.filter(isNewSku)),
      productOf,
    );
    return [...byProduct].flatMap(([handle, skus]) => {
      const present = this.world?.products.get(handle);
      const siblings = present ? (this.world?.siblings.get(present.id)?.length ?? 0) : 0;
      return siblings + skus.length > VARIANT_LIMIT ? skus.slice(Math.max(0, VARIANT_LIMIT - siblings)) : [];
    });
  }

  private skusOf(handle: string): RowChange[] {
    return this.groups.flatMap(({ changes }) => changes.filter((row) => isNewSku(row) && productOf(row) === handle));
  }
}

/** New SKUs whose code an earlier one of the list has, each with that one. */
function doublesIn(rows: readonly RowChange[]): Map<RowChange, RowChange> {
  const first = new Map<string, RowChange>();
  const doubles = new Map<RowChange, RowChange>();
  for (const row of rows) {
    if (!isNewSku(row)) continue;
    const code = foldCode(row.change.target);
    const earlier = first.get(code);
    if (earlier) doubles.set(row, earlier);
    else first.set(code, row);
  }
  return doubles;
}

function takenIn(line: number): string {
  return `the code is in line ${line} already; a code is never used twice`;
}

function isNewProduct({ operation }: ProposedChange): boolean {
  return operation === 'PRODUCT_CREATE';
}

/** What a group says of its product for those behind it. */
function said({ change: { target } }: RowChange, { title, optionNames }: FieldValues): ProductThere {
  const names = Array.isArray(optionNames) ? optionNames.map(String) : [];
  return { title: typeof title === 'string' ? title : target, optionNames: names };
}

function isNewSku({ change }: RowChange): boolean {
  return change.operation === 'SKU_CREATE';
}

function productOf({ change }: RowChange): string {
  return productOfPatch(change.patch);
}

/** What a change is about: the product, or the SKU whatever is done with it. */
function keyOf({ change: { operation, target } }: RowChange): string {
  return operation.startsWith('PRODUCT') ? `PRODUCT:${target}` : foldCode(target);
}

/** Fields that a SKU can do without, where only the master shows that their value does not hold (design 4.13). */
const OPTIONAL = ['gtin', 'successor'] as const;
type OptionalField = (typeof OPTIONAL)[number];

function isOptional(field: string | undefined): field is OptionalField {
  return OPTIONAL.some((each) => each === field);
}

function withoutThese(row: RowChange, fields: readonly OptionalField[]): RowChange {
  if (fields.length === 0) return row;
  const nothing = Object.fromEntries(fields.map((field) => [field, null]));
  return { line: row.line, change: { ...row.change, patch: { ...row.change.patch, ...nothing } } };
}

function folded(names: readonly string[]): string {
  return JSON.stringify(names).toLowerCase();
}
