import { ConnectorError } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import { faultOf } from '../faults.js';
import { hsDigits } from '../hs-code.js';
import type { TrytonDatabase } from './tryton-database.js';
import { ANY_STATE } from './tryton-database.js';
import type { Domain, Row } from './tryton-wire.js';
import { numberIn, related, textIn } from './tryton-wire.js';

/** A row of the customs' tariff, which any number of templates share. */
interface Tariff {
  id: number;
  /** As somebody typed it, `6109.10.00` perhaps. */
  code: string;
  country: string | null;
  isInUse: boolean;
}

/**
 * The customs' tariff as far as one call's writes need it. Looked up anew for each, all codes in one question: people change
 * what stands in a row, and whoever remembered it would link products with another code than was meant.
 */
export class TrytonTariffs {
  private constructor(
    private readonly database: TrytonDatabase,
    private readonly known: Tariff[],
  ) {}

  /** The rows of these codes, however those are spelled there. */
  static async of(
    database: TrytonDatabase,
    codes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<TrytonTariffs> {
    if (codes.length === 0) return new TrytonTariffs(database, []);
    const spelled = [...new Set(codes)].map((code): Json => ['code', 'ilike', anySpelling(code)]);
    const domain: Domain = [['OR', ...spelled], ANY_STATE];
    const options = { order: [['id', 'ASC']] };
    const rows = await database.rows(MODEL, domain, ['code', 'active', 'country.code'], options, signal);
    return new TrytonTariffs(database, rows.flatMap(tariffOf));
  }

  /**
   * The row for a code and a country; made where there is none.
   * @throws ConnectorError VALIDATION for a country that Tryton does not know.
   */
  async idOf(code: string, country: string | null, signal: AbortSignal | undefined): Promise<number> {
    const fitting = this.known.filter((each) => hsDigits(each.code) === hsDigits(code) && each.country === country);
    const there = fitting.find(({ isInUse }) => isInUse) ?? fitting[0];
    if (there) return there.id;
    const countryId = country === null ? null : await this.country(country, signal);
    const [id = 0] = await this.database.create(MODEL, [{ code, country: countryId }], signal);
    this.known.push({ id, code, country, isInUse: true });
    return id;
  }

  private async country(code: string, signal: AbortSignal | undefined): Promise<number> {
    const [row] = await this.database.rows('country.country', [['code', '=', code]], ['id'], { limit: 1 }, signal);
    const id = row && numberIn(row, 'id');
    if (id === undefined || id === null) {
      const message = `Tryton knows no country ${code}: trytond_import_countries loads them`;
      throw new ConnectorError(faultOf('VALIDATION', message, { code: 'COUNTRY_UNKNOWN' }));
    }
    return id;
  }
}

const MODEL = 'customs.tariff.code';

/** A pattern that the code fits in all of its spellings; what fits besides is left out by whoever compares. */
function anySpelling(code: string): string {
  return /^\d+$/.test(code) ? code.split('').join('%') : code.replace(/[\\%_]/g, '\\$&');
}

function tariffOf(row: Row): Tariff[] {
  const [id, code] = [numberIn(row, 'id'), textIn(row, 'code')];
  if (id === null || code === null) return [];
  return [{ id, code, country: textIn(related(row, 'country'), 'code'), isInUse: row['active'] === true }];
}
