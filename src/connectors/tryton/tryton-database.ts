import { ConnectorError } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import { faultOf } from '../faults.js';
import type { TrytonSession } from './tryton-session.js';
import { orBrokenOff } from './tryton-session.js';
import type { Domain, Row } from './tryton-wire.js';
import { isRow, numberIn, related, textIn } from './tryton-wire.js';

export interface Unit {
  id: number;
  symbol: string;
  name: string;
  categoryId: number;
  /** How many of the category's base unit one of it is: kilograms, pieces. */
  factor: number;
}

/** What a database is like: found out when it is first spoken to, and again now and then. */
export interface Surroundings {
  /** Prices and costs are kept by company, and counted in its currency. */
  company: number;
  currency: string | null;
  /** The last parameter of every call. */
  context: Row;
  units: readonly Unit[];
  /** The unit "u", of a piece. */
  piece: Unit;
  /** Null without `product_measurements`. */
  gram: Unit | null;
  hasTariffs: boolean;
  hasKits: boolean;
  hasSales: boolean;
  hasPurchases: boolean;
  hasStock: boolean;
  /** What is made without a code of its own is numbered by Tryton, and the number is part of the code. */
  numbersTemplates: boolean;
  numbersVariants: boolean;
}

/** Both those in use and those that are not: Tryton hides the latter unless it is told otherwise. */
export const ANY_STATE: Json = ['active', 'in', [true, false]];

/** Somebody may add a unit, or activate a module: a few questions every few minutes, and nobody has to start us again. */
const KNOWN_MS = 300_000;

const TEMPLATE_FIELDS = ['weight', 'tariff_codes', 'components', 'salable', 'purchasable'];

/** One Tryton database as the connector needs it: its rows, and what it is like. */
export class TrytonDatabase {
  private known: { surroundings: Promise<Surroundings>; until: number } | null = null;
  private readonly logins = new Map<number, string>();
  /** Whose prices have been spoken of since we started. */
  private company: { id: number; name: string } | null = null;

  constructor(
    readonly session: TrytonSession,
    /** What the master counts money in; null: nobody said. */
    private readonly currency: string | null,
  ) {}

  /** Rows of a model. @throws ConnectorError UNKNOWN for an answer that is no list of rows. */
  async rows(
    model: string,
    domain: Domain,
    fields: readonly string[],
    options: { limit?: number; order?: Json; context?: Row } = {},
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const { context } = await this.surroundings(signal);
    const { limit = null, order = null } = options;
    const params = [domain, 0, limit, order, [...fields], { ...context, ...options.context }];
    return rowsOf(await this.session.read(`model.${model}.search_read`, params, signal), model);
  }

  async create(model: string, values: readonly Row[], signal?: AbortSignal): Promise<number[]> {
    const { context } = await this.surroundings(signal);
    const ids = await this.session.write(`model.${model}.create`, [[...values], context], signal);
    if (!Array.isArray(ids) || ids.length !== values.length || !ids.every((id) => typeof id === 'number')) {
      throw new ConnectorError(
        faultOf('UNKNOWN', `Tryton created ${model} and did not say which`, { ambiguous: true }),
      );
    }
    return ids;
  }

  /** Many (ids, values) pairs in one transaction, if none of the records stamped was changed since. */
  async write(
    model: string,
    pairs: readonly { ids: number[]; values: Row }[],
    stamps: Row,
    signal?: AbortSignal,
  ): Promise<void> {
    const { context } = await this.surroundings(signal);
    const params = pairs.flatMap(({ ids, values }): Json[] => [ids, values]);
    await this.session.write(`model.${model}.write`, [...params, { ...context, _timestamp: stamps }], signal);
  }

  /** Found out for all who ask meanwhile; a failure is not remembered. */
  async surroundings(signal?: AbortSignal): Promise<Surroundings> {
    if (this.known && this.known.until < performance.now()) this.known = null;
    const known = this.known ?? { surroundings: this.lookAround(), until: performance.now() + KNOWN_MS };
    this.known = known;
    known.surroundings.catch(() => {
      if (this.known === known) this.known = null;
    });
    return orBrokenOff(known.surroundings, signal);
  }

  private async lookAround(): Promise<Surroundings> {
    const bare = { language: 'en' };
    const ask = (method: string, ...params: Json[]): Promise<Json> => this.session.read(method, [...params, bare]);
    const preferences = await ask('model.res.user.get_preferences', false);
    const company = isRow(preferences) ? numberIn(preferences, 'company') : null;
    if (company === null) throw unfit('the user belongs to no company, and prices are kept by company');
    const companies = rowsOf(
      await ask('model.company.company.search_read', [['id', '=', company]], 0, 1, null, ['currency.code', 'rec_name']),
      'company.company',
    );
    this.stayWith({ id: company, name: textIn(companies[0] ?? null, 'rec_name') ?? String(company) });
    const currency = textIn(related(companies[0] ?? {}, 'currency'), 'code');
    if (this.currency !== null && currency !== this.currency)
      throw unfit(
        `the user's company counts in ${currency ?? 'nothing'}, and the system is configured in ${this.currency}`,
      );
    const fields = await ask('model.product.template.fields_get', TEMPLATE_FIELDS);
    const own = await ask('model.product.product.fields_get', ['quantity']);
    const has = (name: string): boolean => isRow(fields) && name in fields;
    const units = rowsOf(
      await ask('model.product.uom.search_read', [ANY_STATE], 0, null, null, ['symbol', 'name', 'category', 'factor']),
      'product.uom',
    ).flatMap(unitOf);
    const numbers = ['template_sequence', 'product_sequence'];
    const [numbered = {}] = rowsOf(
      await ask('model.product.configuration.search_read', [], 0, 1, null, numbers),
      'product.configuration',
    );
    const piece = units.find(({ symbol }) => symbol === 'u');
    if (!piece) throw unfit('there is no unit "u", of a piece');
    return {
      company,
      currency,
      context: { company, language: 'en' },
      units,
      piece,
      gram: has('weight') ? (units.find(({ symbol }) => symbol === 'g') ?? null) : null,
      hasTariffs: has('tariff_codes'),
      hasKits: has('components'),
      hasSales: has('salable'),
      hasPurchases: has('purchasable'),
      hasStock: isRow(own) && 'quantity' in own,
      numbersTemplates: numberIn(numbered, 'template_sequence') !== null,
      numbersVariants: numberIn(numbered, 'product_sequence') !== null,
    };
  }

  /** Another company has prices and costs of its own, and every one of them would be taken for an edit of the ones that we know. */
  private stayWith(company: { id: number; name: string }): void {
    const before = (this.company ??= company);
    if (before.id === company.id) return;
    const moved = `the user belonged to the company ${before.name}, and belongs to ${company.name} now, whose prices are others`;
    throw unfit(`${moved}: put that right in Tryton, or start Skuward again if it is meant`);
  }

  /** Sign-in names of users by their ids; remembered, since they hardly ever change. */
  async loginsOf(ids: Iterable<number>, signal?: AbortSignal): Promise<ReadonlyMap<number, string>> {
    const unknown = [...new Set(ids)].filter((id) => !this.logins.has(id));
    if (unknown.length > 0) {
      for (const row of await this.rows('res.user', [['id', 'in', unknown], ANY_STATE], ['login'], {}, signal)) {
        const [id, login] = [numberIn(row, 'id'), textIn(row, 'login')];
        if (id !== null && login !== null) this.logins.set(id, login);
      }
    }
    return this.logins;
  }
}

function unitOf(row: Row): Unit[] {
  const [id, categoryId, factor] = [numberIn(row, 'id'), numberIn(row, 'category'), numberIn(row, 'factor')];
  const [symbol, name] = [textIn(row, 'symbol'), textIn(row, 'name')];
  if (id === null || categoryId === null || factor === null || symbol === null || name === null) return [];
  return [{ id, symbol, name, categoryId, factor }];
}

function rowsOf(answer: Json, model: string): Row[] {
  if (Array.isArray(answer) && answer.every(isRow)) return answer;
  throw new ConnectorError(faultOf('UNKNOWN', `Tryton answered something that is no list of ${model}`));
}

/** The database cannot be used as it is: nothing goes on until a person has changed it, and then it goes on by itself. */
function unfit(message: string): ConnectorError {
  return new ConnectorError(faultOf('AUTH', message, { code: 'UNFIT' }));
}
