import type { AttributeDraft } from '../../attributes/read-attribute-list.js';
import type { ProductFieldsDraft, ProductPatch } from '../../catalog/read-product-fields.js';
import { readProductFields, tagsOfCell } from '../../catalog/read-product-fields.js';
import type { SkuFieldsDraft, SkuPatch } from '../../catalog/read-sku-fields.js';
import { readSkuFields } from '../../catalog/read-sku-fields.js';
import type { OptionValue, SystemValue, WeightUnit } from '../../catalog/sku.js';
import { WEIGHT_UNITS } from '../../catalog/sku.js';
import type { FieldValues } from '../../primitives/json.js';
import type { ProblemCode } from '../../problem.js';
import type { Known } from '../import-format.js';
import { attributeOf } from './attribute-text.js';
import { fieldOf } from './sku-column.js';
import type { PlacedColumn, PlacedProductColumn, PlacedSkuColumn, SkuColumns } from './sku-columns.js';
import type { WrittenProduct, WrittenSku } from './write-cell.js';

/** A cell whose value does not hold. */
export interface CellFault {
  column: PlacedColumn;
  /** Canonical name of the field that it is part of. */
  field: string;
  code: ProblemCode;
  message: string;
}

export interface CellsRead<Patch> {
  /** Canonical values of the fields that hold. */
  patch: Patch;
  faults: CellFault[];
}

/** A patch in the form in which changes and snapshots are compared. */
export function fieldsOf(patch: SkuPatch | ProductPatch): FieldValues {
  return { ...patch } as unknown as FieldValues;
}

/** What a row is read against: the fields as they are, or null where it creates them. */
export interface ReadAgainst {
  sku: WrittenSku | null;
  /** Names of the product's options, in the order of the columns. */
  optionNames: readonly string[];
  known: Known;
}

const UNITS: Readonly<Record<string, WeightUnit>> = { G: 'GRAMS', KG: 'KILOGRAMS', OZ: 'OUNCES', LB: 'POUNDS' };

/**
 * The fields of a SKU that these columns of a row say. Where the row creates the SKU, an empty cell leaves the default;
 * where the SKU is there, it clears the field.
 */
export function readSkuCells(
  row: readonly string[],
  columns: SkuColumns,
  asked: readonly PlacedSkuColumn[],
  against: ReadAgainst,
): CellsRead<SkuPatch> {
  const reading = new SkuCells(row, columns, against);
  for (const each of asked) reading.take(each);
  return reading.end(asked);
}

class SkuCells {
  private readonly draft: SkuFieldsDraft = {};
  private readonly faults: CellFault[] = [];
  private readonly amounts = new Map<string, SystemValue>();
  private readonly attributes: AttributeDraft[] = [];

  constructor(
    private readonly row: readonly string[],
    private readonly columns: SkuColumns,
    private readonly against: ReadAgainst,
  ) {
    for (const each of against.sku?.systemValues ?? []) this.amounts.set(each.system, each);
  }

  take(placed: PlacedSkuColumn): void {
    const { column, place } = placed;
    const cell = this.columns.at(this.row, place);
    const isNew = this.against.sku === null;
    switch (column.kind) {
      case 'plain':
        if (cell !== '' || !isNew) this.draft[column.field] = plainOf(column.field, cell);
        break;
      case 'flag':
        if (cell !== '' || !isNew) this.takeFlag(placed, column.field, cell);
        break;
      case 'weight':
      case 'weightUnit':
        this.takeWeight(placed);
        break;
      case 'optionName':
      case 'optionValue':
        this.draft.optionValues ??= this.options(placed);
        break;
      case 'listedIn':
        this.draft.listedIn = cell === '' ? [] : listOf(cell);
        break;
      case 'systemAmount': {
        const known = this.amounts.get(column.system) ?? { system: column.system, price: null, compareAtPrice: null };
        this.amounts.set(column.system, { ...known, [column.field]: cell || null });
        this.draft.systemValues = [];
        break;
      }
      case 'attribute':
        if (cell !== '' || !isNew) this.takeAttribute(column.key, cell);
        break;
      default:
        // Code, revision, kind and state are the row's own, and read where the row is.
        break;
    }
  }

  end(asked: readonly PlacedSkuColumn[]): CellsRead<SkuPatch> {
    const { draft } = this;
    if (draft.systemValues) {
      draft.systemValues = [...this.amounts.values()].filter(
        (each) => each.price !== null || each.compareAtPrice !== null,
      );
    }
    if (this.attributes.length > 0) draft.attributes = this.attributes;
    const { systems, attributes } = this.against.known;
    const { patch, problems } = readSkuFields(draft, systems, attributes);
    for (const { code, message, field } of problems) {
      const [name = 'title'] = field ?? [];
      if (name !== 'attributes') delete patch[name as keyof SkuPatch];
      const column = this.columnOf(field ?? [name], asked);
      if (column) this.faults.push({ column, field: name, code, message });
    }
    return { patch, faults: this.faults };
  }

  /** Which of the columns of a field to point at: the one whose own cell is at fault, else the first. */
  private columnOf(path: readonly string[], asked: readonly PlacedSkuColumn[]): PlacedSkuColumn | undefined {
    const [field, place, part] = path;
    const mine = asked.filter(({ column }) => fieldOf(column) === field);
    const index = Number(place);
    const exact = mine.find(({ column }) => {
      switch (column.kind) {
        case 'attribute':
          return column.key === this.attributes[index]?.key;
        case 'systemAmount':
          return column.system === this.draft.systemValues?.[index]?.system && column.field === part;
        case 'optionName':
        case 'optionValue':
          return column.index === index && (column.kind === 'optionName') === (part === 'name');
        default:
          return false;
      }
    });
    return exact ?? (field === 'attributes' ? undefined : mine[0]);
  }

  private takeAttribute(key: string, cell: string): void {
    this.attributes.push({ key, value: attributeOf(cell, this.against.known.attributes.get(key)) });
  }

  private takeFlag(column: PlacedSkuColumn, field: 'requiresShipping' | 'taxable', cell: string): void {
    const said = cell.toLowerCase();
    if (said === 'true' || said === 'false') this.draft[field] = said === 'true';
    else if (cell === '') this.draft[field] = null;
    else this.faults.push({ column, field, code: 'INVALID_FORMAT', message: 'neither true nor false' });
  }

  private takeWeight(column: PlacedSkuColumn): void {
    const value = this.columns.cell(this.row, 'weight');
    const unit = this.columns.cell(this.row, 'weightUnit');
    if (this.draft.weight !== undefined) return;
    if (value === '' && unit === '') {
      this.draft.weight = null;
      return;
    }
    const said = UNITS[unit.toUpperCase()] ?? unit.toUpperCase();
    if (value !== '' && unit !== '') this.draft.weight = { value, unit: said };
    else if (!this.faults.some(({ field }) => field === 'weight')) {
      const missing = value === '' ? 'a weight' : `a unit (${WEIGHT_UNITS.join(', ')})`;
      this.faults.push({ column, field: 'weight', code: 'REQUIRED', message: `${missing} is missing` });
    }
  }

  private options(first: PlacedSkuColumn): OptionValue[] | undefined {
    const options: OptionValue[] = [];
    const before = this.against.sku?.optionValues ?? [];
    for (const index of [0, 1, 2]) {
      const value = this.said('optionValue', index) ?? before[index]?.value ?? '';
      const name = this.said('optionName', index) ?? before[index]?.name ?? this.against.optionNames[index] ?? '';
      if (value === '' && name === '') continue;
      const isGap = options.length < index;
      if (value !== '' && name !== '' && !isGap) options.push({ name, value });
      else {
        const missing = value === '' ? 'optionValue' : 'optionName';
        const column = isGap ? first : (this.optionColumn(missing, index) ?? first);
        const message = isGap
          ? `option ${index + 1} is given, and one before it is not`
          : `option ${index + 1} has no ${missing === 'optionValue' ? 'value' : 'name'}`;
        if (this.faults.every(({ field }) => field !== 'optionValues')) {
          this.faults.push({ column, field: 'optionValues', code: 'REQUIRED', message });
        }
        return undefined;
      }
    }
    return options;
  }

  /** A cell of the row, or null where the file lacks the column and so says nothing. */
  private said(kind: 'optionName' | 'optionValue', index: number): string | null {
    const placed = this.optionColumn(kind, index);
    return placed ? this.columns.at(this.row, placed.place) : null;
  }

  private optionColumn(kind: 'optionName' | 'optionValue', index: number): PlacedSkuColumn | undefined {
    return this.columns.ofSku.find(({ column }) => column.kind === kind && column.index === index);
  }
}

/** Digits never begin with an apostrophe: spreadsheets put one there to keep leading zeros. */
function plainOf(field: string, cell: string): string | null {
  if (cell === '') return null;
  return field === 'gtin' || field === 'hsCode' ? cell.replace(/^'(?=\d+$)/, '') : cell;
}

function listOf(cell: string): string[] {
  return cell
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** The fields of a product that these columns of a row say; `held` as for SKUs. */
export function readProductCells(
  row: readonly string[],
  columns: SkuColumns,
  asked: readonly PlacedProductColumn[],
  against: { product: WrittenProduct | null; known: Known },
): CellsRead<ProductPatch> {
  const draft: ProductFieldsDraft = {};
  const attributes: AttributeDraft[] = [];
  const { product, known } = against;
  for (const { column, place } of asked) {
    const cell = columns.at(row, place);
    const isSaid = cell !== '' || product !== null;
    if (column.kind === 'plain' && isSaid) draft[column.field] = cell || null;
    else if (column.kind === 'tags') draft.tags = tagsOfCell(cell);
    else if (column.kind === 'attribute' && isSaid) {
      attributes.push({ key: column.key, value: attributeOf(cell, known.attributes.get(column.key)) });
    } else if (column.kind === 'optionName') draft.optionNames ??= optionNamesOf(row, columns);
  }
  if (attributes.length > 0) draft.attributes = attributes;
  const { patch, problems } = readProductFields(draft, known.attributes);
  const faults: CellFault[] = [];
  for (const { code, message, field } of problems) {
    const [name = 'title', index] = field ?? [];
    if (name !== 'attributes') delete patch[name as keyof ProductPatch];
    const key = name === 'attributes' ? attributes[Number(index)]?.key : undefined;
    const isOf = ({ column: each }: PlacedProductColumn): boolean => {
      if (each.kind === 'attribute') return each.key === key;
      return (
        fieldOf(each) === name && (each.kind !== 'optionName' || index === undefined || String(each.index) === index)
      );
    };
    const column = asked.find(isOf) ?? asked.find(({ column: each }) => fieldOf(each) === name);
    if (column) faults.push({ column, field: name, code, message });
  }
  return { patch, faults };
}

/** Names of the product's options as the row says them; a gap between two stays one, and is refused as a name. */
function optionNamesOf(row: readonly string[], columns: SkuColumns): string[] {
  const names = ['1', '2', '3'].map((n) => columns.cell(row, `product.option${n}`));
  while (names.at(-1) === '') names.pop();
  return names;
}
