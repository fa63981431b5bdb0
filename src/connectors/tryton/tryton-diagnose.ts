import type { Check } from '../../application/ports/connector.js';
import { ConnectorError } from '../../application/ports/connector.js';
import { failed, messageOf, ok, warning } from '../checks.js';
import type { Surroundings, TrytonDatabase } from './tryton-database.js';
import { isRow } from './tryton-wire.js';

/** What each module holds that the master governs, or that is shown of it. */
const MODULES: { module: string; feature: string; isThere: (around: Surroundings) => boolean }[] = [
  { module: 'product_measurements', feature: 'weight', isThere: ({ gram }) => gram !== null },
  { module: 'customs', feature: 'HS code and country of origin', isThere: ({ hasTariffs }) => hasTariffs },
  { module: 'product_kit', feature: 'bundles', isThere: ({ hasKits }) => hasKits },
  { module: 'sale', feature: 'the lifecycle', isThere: ({ hasSales }) => hasSales },
  { module: 'purchase', feature: 'the lifecycle', isThere: ({ hasPurchases }) => hasPurchases },
  { module: 'stock', feature: 'stock on hand', isThere: ({ hasStock }) => hasStock },
];

interface Right {
  model: string;
  mode: 'read' | 'write' | 'create';
}

/** What must be allowed, and the group that Tryton itself has for it (docs/connectors/tryton.md). */
const GROUPS: { group: string; feature: string; rights: (around: Surroundings) => Right[] }[] = [
  {
    group: 'Product Administration',
    feature: 'publishing products, prices, GTINs and kits',
    rights: ({ hasKits }) =>
      ['product.template', 'product.product', 'product.identifier', ...(hasKits ? ['product.component'] : [])].flatMap(
        (model): Right[] => [
          { model, mode: 'write' },
          { model, mode: 'create' },
        ],
      ),
  },
  {
    group: 'Customs Administration',
    feature: 'making tariff codes as they are needed',
    rights: ({ hasTariffs }) => (hasTariffs ? [{ model: 'customs.tariff.code', mode: 'create' }] : []),
  },
  {
    group: 'Stock',
    feature: 'publishing cost and unit: Tryton looks for stock moves first',
    rights: ({ hasStock }) => (hasStock ? [{ model: 'stock.move', mode: 'read' }] : []),
  },
];

/** Looks at everything that it takes to work with a Tryton, and changes nothing in it. Throws nothing. */
export async function diagnose(database: TrytonDatabase, user: string, signal?: AbortSignal): Promise<Check[]> {
  try {
    const around = await database.surroundings(signal);
    return [
      ok('session', `signed in as ${user}, whose company counts in ${around.currency ?? 'nothing'}`),
      ...moduleChecks(around),
      ...codeChecks(around),
      ...(await rightChecks(database, around, signal)),
      ...(await countryChecks(database, around, signal)),
    ];
  } catch (error) {
    return [barred(error)];
  }
}

const SHUT: Record<string, { subject: string; remedy: string }> = {
  UNFIT: {
    subject: 'company',
    remedy: 'give the user a company in Tryton, or set "currency" to that of the one it has',
  },
  HTTP_401: { subject: 'user', remedy: 'are "user" and the password right? Tryton locks out after six failures' },
  HTTP_404: { subject: 'database', remedy: 'is "database" the name of one that is at this address?' },
  HTTP_429: { subject: 'user', remedy: 'wait five minutes, put the password right, and ask again' },
};

/** Why nothing can be asked at all, told of what it lies at. */
function barred(error: unknown): Check {
  const code = error instanceof ConnectorError ? (error.fault.code ?? '') : '';
  const { subject, remedy } = SHUT[code] ?? {
    subject: 'connection',
    remedy: 'is "baseUrl" right, and is Tryton up? Nothing is known of the rest',
  };
  return failed(subject, messageOf(error), remedy);
}

function moduleChecks(around: Surroundings): Check[] {
  const missing = MODULES.filter(({ isThere }) => !isThere(around));
  if (missing.length === 0) return [ok('modules', 'all that the master has fields for are activated')];
  return missing.map(({ module, feature }) =>
    warning('modules', `${module} is not activated: no place for ${feature}`, `activate ${module} in Tryton`),
  );
}

function codeChecks({ numbersTemplates, numbersVariants }: Surroundings): Check[] {
  if (!numbersTemplates || !numbersVariants) return [];
  const message = 'Tryton numbers both products and variants: none that Skuward makes could have its own code';
  return [warning('codes', message, 'take one of the two sequences out of the product configuration')];
}

/** @throws ConnectorError where Tryton does not say what its user may do. */
async function rightChecks(database: TrytonDatabase, around: Surroundings, signal?: AbortSignal): Promise<Check[]> {
  const asked = GROUPS.map((each) => ({ ...each, needs: each.rights(around) }));
  const models = [...new Set(asked.flatMap(({ needs }) => needs.map(({ model }) => model)))];
  const matrix = await database.session.read('model.ir.model.access.get_access', [models, around.context], signal);
  const may = ({ model, mode }: Right): boolean => {
    const modes = isRow(matrix) ? matrix[model] : undefined;
    return isRow(modes) && Boolean(modes[mode]);
  };
  const lacking = asked.flatMap(({ group, feature, needs }) => {
    const not = needs.filter((right) => !may(right)).map(({ model, mode }) => `${mode} ${model}`);
    if (not.length === 0) return [];
    return [warning('rights', `${feature}: may not ${not.join(', ')}`, `give the user the group ${group}`)];
  });
  return lacking.length > 0 ? lacking : [ok('rights', 'all that publishing takes; a READ_ONLY system takes none')];
}

/** @throws ConnectorError where countries cannot be read. */
async function countryChecks(database: TrytonDatabase, around: Surroundings, signal?: AbortSignal): Promise<Check[]> {
  if (!around.hasTariffs) return [];
  const some = await database.rows('country.country', [], ['code'], { limit: 1 }, signal);
  if (some.length > 0) return [ok('countries', 'there are some')];
  return [warning('countries', 'none are loaded: no country of origin can be written', 'run trytond_import_countries')];
}
