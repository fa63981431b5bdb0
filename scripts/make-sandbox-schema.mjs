/**
 * Writes src/sandbox/shopify/schema.graphql and access/scopes.json: the part of Shopify's real Admin schema that the stand-in answers for.
 *
 * The source is the introspection of API 2026-10 inside an npm package of Shopify's (2026-07 has to give the same); only they are taken out of
 * the package, nothing of it is installed. What is kept is named below; descriptions are dropped; types are sorted, so
 * that the same input always gives the same bytes.
 *
 *   node scripts/make-sandbox-schema.mjs            writes the file
 *   node scripts/make-sandbox-schema.mjs --check    exits 1 when the committed file differs
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, lexicographicSortSchema, printSchema } from 'graphql';

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const VERSION = '2026-10';
/** Served too, and by the same file: what is kept of both has to be the same. */
const OLDER_VERSION = '2026-07';
const TARGET = fileURLToPath(new URL('../src/sandbox/shopify/schema.graphql', import.meta.url));
const SCOPES_TARGET = fileURLToPath(new URL('../src/sandbox/shopify/access/scopes.json', import.meta.url));

/** Root fields that the stand-in answers. */
const QUERIES = [
  'bulkOperation',
  'bulkOperations',
  'currentAppInstallation',
  'events',
  'inventoryItem',
  'metafieldDefinitions',
  'node',
  'nodes',
  'product',
  'productByIdentifier',
  'productOperation',
  'productVariant',
  'productVariantByIdentifier',
  'productVariants',
  'products',
  'productsCount',
  'publications',
  'shop',
  'webhookSubscriptions',
];
const MUTATIONS = [
  'bulkOperationCancel',
  'bulkOperationRunMutation',
  'bulkOperationRunQuery',
  'inventoryItemUpdate',
  'metafieldDefinitionCreate',
  'metafieldDefinitionDelete',
  'metafieldsDelete',
  'metafieldsSet',
  'productBundleCreate',
  'productBundleUpdate',
  'productCreate',
  'productDelete',
  'productSet',
  'productUpdate',
  'productVariantRelationshipBulkUpdate',
  'productVariantsBulkCreate',
  'productVariantsBulkDelete',
  'productVariantsBulkUpdate',
  'publishablePublish',
  'publishableUnpublish',
  'stagedUploadsCreate',
  'tagsAdd',
  'tagsRemove',
  'webhookSubscriptionCreate',
  'webhookSubscriptionDelete',
  'webhookSubscriptionUpdate',
];

/**
 * Composite types that are kept, and which of their composite fields; scalars and enums of a kept type all stay.
 * Payloads, connections, edges and user errors keep every field that leads to a kept type.
 */
const KEEP = {
  AccessScope: [],
  ApiVersion: [],
  App: [],
  AppCatalog: ['publication'],
  AppInstallation: ['accessScopes', 'app'],
  BasicEvent: [],
  BulkOperation: [],
  BundlesFeature: [],
  Catalog: ['publication'],
  CommentEvent: ['author'],
  Count: [],
  DisplayableError: [],
  Event: [],
  HasMetafields: ['metafield', 'metafields'],
  InventoryItem: ['measurement', 'unitCost', 'variants'],
  InventoryItemMeasurement: ['weight'],
  LegacyInteroperability: [],
  Metafield: [],
  MetafieldDefinition: ['type'],
  MetafieldDefinitionType: [],
  MetafieldIdentifier: [],
  MoneyV2: [],
  Node: [],
  PageInfo: [],
  Product: [
    'availablePublicationsCount',
    'bundleComponents',
    'category',
    'events',
    'metafield',
    'metafields',
    'options',
    'resourcePublicationsCount',
    'resourcePublicationsV2',
    'variants',
    'variantsCount',
  ],
  ProductBundleComponent: [
    'componentProduct',
    'componentVariants',
    'componentVariantsCount',
    'optionSelections',
    'quantityOption',
  ],
  ProductBundleComponentOptionSelection: ['componentOption', 'parentOption', 'values'],
  ProductBundleComponentOptionSelectionValue: [],
  ProductBundleComponentQuantityOption: [],
  ProductBundleOperation: ['product', 'userErrors'],
  ProductDeleteOperation: ['product', 'userErrors'],
  ProductOperation: ['product'],
  ProductOption: ['optionValues'],
  ProductOptionValue: [],
  ProductSetOperation: ['product', 'userErrors'],
  ProductVariant: [
    'availablePublicationsCount',
    'inventoryItem',
    'metafield',
    'metafields',
    'product',
    'productVariantComponents',
    'resourcePublicationsCount',
    'resourcePublicationsV2',
    'selectedOptions',
  ],
  ProductVariantComponent: ['productVariant'],
  Publication: ['catalog'],
  Publishable: ['availablePublicationsCount', 'resourcePublicationsCount', 'resourcePublicationsV2'],
  ResourcePublicationV2: ['publication', 'publishable'],
  SelectedOption: ['optionValue'],
  Shop: ['features', 'plan', 'resourceLimits'],
  ShopFeatures: ['bundles'],
  ShopPlan: [],
  ShopResourceLimits: [],
  StaffMember: [],
  StagedMediaUploadTarget: ['parameters'],
  StagedUploadParameter: [],
  TaxonomyCategory: [],
  WebhookSubscription: ['apiVersion'],
  Weight: [],
};
const KEEP_ALL = /(?:Payload|Connection|Edge|UserError)$/;
const LEAVES = new Set(['SCALAR', 'ENUM']);
const COMPOSITES = new Set(['OBJECT', 'INTERFACE', 'UNION']);

function fetchIntrospections() {
  const files = [VERSION, OLDER_VERSION].map((version) => `package/dist/data/admin_${version}.json.gz`);
  const dir = mkdtempSync(join(tmpdir(), 'shopify-schema-'));
  try {
    execFileSync('npm', ['pack', PACKAGE, '--silent', '--ignore-scripts'], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'));
    if (!tarball) throw new Error(`npm pack ${PACKAGE} left no tarball`);
    execFileSync('tar', ['-xzf', tarball, ...files], { cwd: dir });
    return files.map((file) => JSON.parse(gunzipSync(readFileSync(join(dir, file))).toString('utf8')));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const nameOf = (type) => (type.ofType ? nameOf(type.ofType) : type.name);

function isKept(type, field, types) {
  if (field.isDeprecated) return false;
  if (type.name === 'QueryRoot') return QUERIES.includes(field.name);
  if (type.name === 'Mutation') return MUTATIONS.includes(field.name);
  const target = types.get(nameOf(field.type));
  if (LEAVES.has(target.kind)) return true;
  if (KEEP_ALL.test(type.name)) return target.name in KEEP || KEEP_ALL.test(target.name);
  return (KEEP[type.name] ?? []).includes(field.name);
}

/** Types that a client can reach, implementers of kept interfaces included. */
function reachable(types) {
  const seen = new Set();
  const queue = ['QueryRoot', 'Mutation', 'Boolean', 'String', ...Object.keys(KEEP).filter((name) => types.has(name))];
  while (queue.length > 0) {
    const name = queue.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    const type = types.get(name);
    if (!type) throw new Error(`no such type: ${name}`);
    for (const field of type.fields ?? []) {
      queue.push(nameOf(field.type), ...field.args.map((arg) => nameOf(arg.type)));
    }
    for (const field of type.inputFields ?? []) queue.push(nameOf(field.type));
  }
  return seen;
}

function prune(introspection) {
  const schema = introspection.__schema;
  const types = new Map(schema.types.map((type) => [type.name, type]));
  for (const type of types.values()) {
    if (type.fields) {
      type.fields = type.fields.filter((field) => isKept(type, field, types));
      for (const field of type.fields) field.args = field.args.filter((arg) => !arg.isDeprecated);
    }
    if (type.inputFields) type.inputFields = type.inputFields.filter((field) => !field.isDeprecated);
    // A type that lost the composite fields of an interface no longer implements it.
    const provides = (one) =>
      KEEP[one.name].every((field) => type.kind === 'INTERFACE' || KEEP[type.name]?.includes(field));
    if (type.interfaces) type.interfaces = type.interfaces.filter((one) => one.name in KEEP && provides(one));
  }
  const kept = reachable(types);
  for (const name of kept) {
    const type = types.get(name);
    if (COMPOSITES.has(type.kind) && type.fields?.length === 0) throw new Error(`nothing is left of ${name}`);
    if (type.possibleTypes) {
      type.possibleTypes = type.possibleTypes.filter((one) => {
        return kept.has(one.name) && types.get(one.name).interfaces.some((parent) => parent.name === name);
      });
    }
  }
  schema.types = schema.types.filter((type) => kept.has(type.name) || type.name.startsWith('__'));
  schema.directives = schema.directives.filter((one) =>
    ['include', 'skip', 'deprecated', 'specifiedBy', 'oneOf'].includes(one.name),
  );
  return introspection;
}

function stripDescriptions(value) {
  if (Array.isArray(value)) return value.map(stripDescriptions);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'description' && key !== 'specifiedByURL');
  return Object.fromEntries(entries.map(([key, one]) => [key, stripDescriptions(one)]));
}

/** The access scopes that kept types and fields ask for, any of them, with Shopify's own words. */
function scopesOf({ items }, schema) {
  const scopes = {};
  for (const { type, typeName, fieldName, requiredAccess, offlineScopes } of items) {
    const held = schema.getType(typeName);
    const isKept = held && (type === 'type' || held.getFields?.()[fieldName]);
    if (!isKept || offlineScopes.length === 0) continue;
    const anyOf = [...offlineScopes].sort((a, b) => (a < b ? -1 : 1));
    scopes[type === 'type' ? typeName : `${typeName}.${fieldName}`] = { anyOf, requiredAccess };
  }
  return Object.fromEntries(Object.entries(scopes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function schemaOf({ data }) {
  return buildClientSchema(stripDescriptions(prune(data)), { assumeValid: true });
}

function render() {
  const [newest, older] = fetchIntrospections();
  const scopes = newest.offline_scopes;
  const schema = schemaOf(newest);
  const sdl = printSchema(lexicographicSortSchema(schema));
  const before = printSchema(lexicographicSortSchema(schemaOf(older))).split('\n');
  const differing = sdl.split('\n').filter((line, at) => line !== before[at]);
  if (differing.length > 0) throw new Error(`${OLDER_VERSION} differs from ${VERSION}: ${differing[0]}`);
  const header = [
    '# Generated by scripts/make-sandbox-schema.mjs from the Admin API 2026-10 introspection in npm package',
    `# ${PACKAGE}, pruned to what the stand-in answers for. Do not edit.`,
    '',
  ];
  return {
    [TARGET]: `${header.join('\n')}\n${sdl}\n`,
    [SCOPES_TARGET]: `${JSON.stringify(scopesOf(scopes, schema), null, 2)}\n`,
  };
}

for (const [target, wanted] of Object.entries(render())) {
  if (!process.argv.includes('--check')) {
    writeFileSync(target, wanted);
    continue;
  }
  let committed = '';
  try {
    committed = readFileSync(target, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  // Prettier may lay JSON out anew.
  const isSame = target.endsWith('.json')
    ? committed !== '' && JSON.stringify(JSON.parse(committed)) === JSON.stringify(JSON.parse(wanted))
    : committed === wanted;
  if (!isSame) {
    console.error(`${target} is stale: run node scripts/make-sandbox-schema.mjs`);
    process.exitCode = 1;
  }
}
