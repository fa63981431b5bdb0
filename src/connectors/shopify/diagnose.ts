import { ConnectorError } from '../../application/ports/connector.js';
import type { Check, Expectations } from '../../application/ports/connector.js';
import { failed, messageOf, ok, warning } from '../checks.js';
import type { SystemConfig } from '../system-config.js';
import type { Data } from './calling/shopify-client.js';
import { WHOAMI } from './documents.js';
import type { PublicationList } from './publication-list.js';
import type { ShopifyLine } from './shopify-line.js';
import { faultsOfSubscriptions, readSubscriptions } from './subscriptions.js';
import { isSupported, SUPPORTED_VERSIONS } from './supported-versions.js';

/**
 * What each part of the service needs the merchant's consent for, by Shopify's own list of scopes [V]. Whoever may write may
 * read; whoever may read products may read their inventory items too.
 */
const FEATURES: { feature: string; scope: string; isVital: boolean }[] = [
  { feature: 'reading products and variants', scope: 'read_products', isVital: true },
  { feature: 'publishing products, variants and bundles', scope: 'write_products', isVital: false },
  { feature: 'hearing at once of edits of cost, HS code and origin', scope: 'read_inventory', isVital: false },
  { feature: 'publishing cost, weight, HS code and origin', scope: 'write_inventory', isVital: false },
  { feature: 'finding publications by their titles', scope: 'read_publications', isVital: false },
  { feature: 'putting on sale and taking off', scope: 'write_publications', isVital: false },
];

type Whoami = Data<'Whoami'>;

/** Looks at everything that it takes to work with a store, and changes nothing in it. Throws nothing. */
export async function diagnose(
  line: ShopifyLine,
  publications: PublicationList,
  config: SystemConfig,
  expectations: Expectations,
  signal?: AbortSignal,
): Promise<Check[]> {
  let whoami: Whoami;
  try {
    whoami = (await line.client.query(WHOAMI, {}, signal)).data;
  } catch (error) {
    return [barred(error)];
  }
  return [
    tokenCheck(line),
    shopCheck(whoami, config, expectations),
    versionCheck(line, config),
    ...scopeChecks(whoami),
    await subscriptionCheck(line, config, expectations, signal),
    bucketCheck(line, config),
    await publicationCheck(publications),
    bundleCheck(whoami, config),
  ];
}

const SHUT: Record<string, { subject: string; remedy: string }> = {
  402: { subject: 'shop', remedy: 'it is frozen until its owner pays Shopify; the token is not what is refused' },
  423: { subject: 'shop', remedy: 'it is locked: its owner asks Shopify why; the token is not what is refused' },
  SHOP_INACTIVE: { subject: 'shop', remedy: 'it is not active; the token is not what is refused' },
  404: { subject: 'shop', remedy: 'is "storeDomain" right, and "apiVersion" one that Shopify serves?' },
  403: {
    subject: 'token',
    remedy: 'it is known, and the app may do nothing here: is it installed, and what does Shopify say of it?',
  },
  429: { subject: 'rate budget', remedy: 'ask again in a minute: others of the app have spent it' },
  THROTTLED: { subject: 'rate budget', remedy: 'ask again in a minute: others of the app have spent it' },
  BUDGET_SPENT: { subject: 'rate budget', remedy: 'ask again in a minute: others of the app have spent it' },
  430: {
    subject: 'connection',
    remedy: 'Shopify takes our calls for an attack: stop for an hour, then ask its support',
  },
};

/** Why nothing can be asked at all, told of what it lies at. */
function barred(error: unknown): Check {
  const fault = error instanceof ConnectorError ? error.fault : null;
  const known = SHUT[fault?.code ?? ''];
  if (known) return failed(known.subject, messageOf(error), known.remedy);
  if (fault?.class === 'AUTH')
    return failed('token', messageOf(error), 'has the app been uninstalled, its secret rotated or the token revoked?');
  return failed(
    'connection',
    messageOf(error),
    'is the address right, and is Shopify up? Nothing is known of the rest',
  );
}

function tokenCheck({ token }: ShopifyLine): Check {
  const end = token.endsAt;
  if (end === null) return ok('token', 'a static one, and it works; Shopify makes no new ones of this kind since 2026');
  return ok('token', `by client credentials, and it works; this one ends ${end.toISOString()} and is renewed before`);
}

function shopCheck({ shop }: Whoami, { storeDomain }: SystemConfig, { currency }: Expectations): Check {
  const told = `${shop.name} (${shop.myshopifyDomain}), ${shop.plan.publicDisplayName}, ${shop.currencyCode}`;
  if (shop.currencyCode !== currency) {
    const message = `${told}: the settings say ${currency}, and every price would be taken for one in that`;
    return failed('shop', message, `set "currency": "${shop.currencyCode}"`);
  }
  if (storeDomain !== null && storeDomain !== shop.myshopifyDomain)
    return warning('shop', `${told}: the settings say ${storeDomain}`, `set "storeDomain": "${shop.myshopifyDomain}"`);
  return ok('shop', told);
}

function versionCheck({ client }: ShopifyLine, { apiVersion }: SystemConfig): Check {
  const [strange] = client.strangeVersions;
  const supported = SUPPORTED_VERSIONS.join(' and ');
  const others = SUPPORTED_VERSIONS.filter((each) => each !== apiVersion).join(' or ');
  if (strange !== undefined) {
    const message = `asked in ${apiVersion}, Shopify answers in ${strange}: it no longer supports the former`;
    return failed('API version', message, `set "apiVersion" to one that this release was checked against: ${others}`);
  }
  if (!isSupported(apiVersion))
    return warning(
      'API version',
      `${apiVersion} answers, and this release was checked against ${supported}`,
      'use one of those',
    );
  return ok('API version', `${apiVersion}, asked and answered`);
}

function scopeChecks({ currentAppInstallation }: Whoami): Check[] {
  const granted = new Set(currentAppInstallation.accessScopes.map(({ handle }) => handle));
  const isGranted = (scope: string): boolean => granted.has(scope) || granted.has(scope.replace(/^read_/, 'write_'));
  const missing = FEATURES.filter(({ scope }) => !isGranted(scope));
  if (missing.length === 0) return [ok('scopes', `all that is used: ${FEATURES.map(({ scope }) => scope).join(', ')}`)];
  return missing.map(({ feature, scope, isVital }) => {
    const remedy = `grant ${scope} to the app "${currentAppInstallation.app.title}" and have the merchant accept it`;
    return (isVital ? failed : warning)('scopes', `${scope} is missing: no ${feature}`, remedy);
  });
}

async function subscriptionCheck(
  { client }: ShopifyLine,
  { clientSecret }: SystemConfig,
  { webhookUrl }: Expectations,
  signal: AbortSignal | undefined,
): Promise<Check> {
  if (!clientSecret)
    return warning(
      'webhooks',
      'no clientSecret is set, so none can be believed: edits are found by scans',
      'set "clientSecret"',
    );
  try {
    const faults = faultsOfSubscriptions(await readSubscriptions(client, signal), webhookUrl);
    if (faults.length === 0) return ok('webhooks', `subscribed, and they arrive at ${webhookUrl}`);
    const remedy = 'a running service with the right PUBLIC_URL subscribes at its start and every ten minutes';
    return warning('webhooks', faults.join('; '), remedy);
  } catch (error) {
    return warning('webhooks', messageOf(error), 'edits are found by scans until this is mended');
  }
}

function bucketCheck({ pacer }: ShopifyLine, { headRoomPercent }: SystemConfig): Check {
  const { told } = pacer;
  if (told === null) return warning('rate budget', 'Shopify said nothing of it', 'calls are not paced');
  const ours = (told.restoreRate * (100 - headRoomPercent)) / 100;
  const left = `${told.left} of ${told.maximum} points left`;
  return ok(
    'rate budget',
    `${left}; ${told.restoreRate} a second flow back, of which ${ours} are ours (${headRoomPercent}% head-room)`,
  );
}

async function publicationCheck(publications: PublicationList): Promise<Check> {
  try {
    const ids = await publications.ids();
    if (ids.length > 0) return ok('publications', `governed: ${ids.join(', ')}`);
    const message = 'none is governed: whether a variant is on sale can neither be seen nor set';
    return warning('publications', message, 'set "publications": ["Online Store"]');
  } catch (error) {
    const remedy = 'name those of the store by title or id; until then nothing of it can be read or written';
    return failed('publications', messageOf(error), remedy);
  }
}

function bundleCheck({ shop }: Whoami, { bundles }: SystemConfig): Check {
  const { eligibleForBundles, ineligibilityReason } = shop.features.bundles;
  if (eligibleForBundles) return ok('bundles', `the shop may have them; they are told as ${bundles}`);
  const why = ineligibilityReason ?? 'Shopify does not say why';
  return warning(
    'bundles',
    `the shop may have none (${why}): bundles cannot be published there`,
    "see Shopify's terms for bundles",
  );
}
