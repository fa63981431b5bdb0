import type { ObservedRecord } from '../../domain/publishing/system.js';
import type { TrytonDatabase } from './tryton-database.js';
import { ANY_STATE } from './tryton-database.js';
import type { UnitWords } from './tryton-item.js';
import { itemFields, itemRecord } from './tryton-item.js';
import { writersOf } from './tryton-rows.js';
import type { Domain, Row } from './tryton-wire.js';
import { numberIn, related } from './tryton-wire.js';

/** Rows in one question. Tryton reads some hundred items a second, and an exchange has 20 s. */
export const ITEMS_A_PAGE = 500;

/** Items as records: by id, by code, or all of them. */
export class TrytonReader {
  constructor(
    private readonly database: TrytonDatabase,
    private readonly words: UnitWords,
    /** Our own sign-in name. */
    private readonly own: string,
  ) {}

  /** Those of the variants that are there, in no order. */
  byIds(ids: readonly number[], signal?: AbortSignal): Promise<ObservedRecord[]> {
    return this.among('id', ids, signal);
  }

  /** All variants of these templates, in no order. */
  byTemplates(ids: readonly number[], signal?: AbortSignal): Promise<ObservedRecord[]> {
    return this.among('template', ids, signal);
  }

  private async among(
    field: string,
    ids: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<ObservedRecord[]> {
    const records: ObservedRecord[] = [];
    for (let from = 0; from < ids.length; from += ITEMS_A_PAGE) {
      const domain: Domain = [[field, 'in', ids.slice(from, from + ITEMS_A_PAGE)], ANY_STATE];
      records.push(...(await this.read(domain, {}, signal)));
    }
    return records;
  }

  /** Variants of these codes, those in use first: Tryton lets any number out of use bear a code that one in use has. */
  async byCodes(codes: readonly string[], signal?: AbortSignal): Promise<ObservedRecord[]> {
    // Its index knows the exact spelling alone; these are the spellings that people choose between.
    const spellings = [...new Set(codes.flatMap((code) => [code, code.toUpperCase(), code.toLowerCase()]))];
    const records: ObservedRecord[] = [];
    for (let from = 0; from < spellings.length; from += ITEMS_A_PAGE) {
      const domain: Domain = [['code', 'in', spellings.slice(from, from + ITEMS_A_PAGE)], ANY_STATE];
      records.push(...(await this.read(domain, { order: [['id', 'ASC']] }, signal)));
    }
    return [...records.filter(isInUse), ...records.filter((record) => !isInUse(record))];
  }

  /** The rows of the units in which these variants are counted, by their ids; those that are not there are absent. */
  async unitsOf(ids: readonly number[], signal?: AbortSignal): Promise<ReadonlyMap<number, number>> {
    const units = new Map<number, number>();
    for (let from = 0; from < ids.length; from += ITEMS_A_PAGE) {
      const domain: Domain = [['id', 'in', ids.slice(from, from + ITEMS_A_PAGE)], ANY_STATE];
      const rows = await this.database.rows('product.product', domain, ['template.default_uom'], {}, signal);
      for (const row of rows) {
        const unit = numberIn(related(row, 'template'), 'default_uom');
        if (unit !== null) units.set(idOf(row), unit);
      }
    }
    return units;
  }

  /** One page of all variants behind an id, in the order of their ids, which never change. */
  async page(after: number, limit: number, signal?: AbortSignal): Promise<ObservedRecord[]> {
    return this.read([['id', '>', after], ANY_STATE], { limit, order: [['id', 'ASC']] }, signal);
  }

  private async read(
    domain: Domain,
    options: { limit?: number; order?: Row[string] },
    signal: AbortSignal | undefined,
  ): Promise<ObservedRecord[]> {
    const around = await this.database.surroundings(signal);
    const rows = await this.database.rows('product.product', domain, itemFields(around), options, signal);
    const logins = await this.database.loginsOf(writersOf(rows), signal);
    return rows.map((row) => itemRecord(row, around, this.words, { logins, own: this.own }));
  }
}

function isInUse({ fields }: ObservedRecord): boolean {
  const { lifecycle } = fields;
  return typeof lifecycle === 'object' && lifecycle !== null && 'active' in lifecycle && lifecycle.active === true;
}

/** The id of a root, as Tryton has it; null for one that is none of Tryton's. */
export function variantId(externalId: string): number | null {
  return /^\d{1,15}$/.test(externalId) ? Number(externalId) : null;
}

export function idOf(row: Row): number {
  return numberIn(row, 'id') ?? 0;
}
