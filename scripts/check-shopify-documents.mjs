/**
 * Proves that every document of src/connectors/shopify/documents.ts is valid against Shopify's own schema, in every version
 * that is supported, and uses no deprecated field; and that the types by which the connector is compiled are those of that
 * schema, and the same in all versions.
 *
 *   node scripts/check-shopify-documents.mjs             the real Admin API schemas, out of an npm package
 *   node scripts/check-shopify-documents.mjs --write     the same, and writes the types
 *   node scripts/check-shopify-documents.mjs --offline   the pruned copy that the sandbox serves, without the types
 *   node scripts/check-shopify-documents.mjs --file F    an introspection file (.json or .json.gz) that is already here
 *
 * Exits 1 and names version, document and field when anything is wrong.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, buildSchema, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { allDocuments } from '../src/connectors/shopify/documents.ts';
import { SUPPORTED_VERSIONS } from '../src/connectors/shopify/supported-versions.ts';
import { typesOf } from './shopify-types.mjs';

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const TYPES = fileURLToPath(new URL('../src/connectors/shopify/admin-types.generated.ts', import.meta.url));

function schemaOf(bytes, name) {
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const parsed = JSON.parse(text);
  return buildClientSchema(parsed.data ?? parsed);
}

function realSchemas() {
  const folder = mkdtempSync(join(tmpdir(), 'skuward-schema-'));
  try {
    // The shell is needed on Windows only, where npm is a .cmd file.
    const shell = process.platform === 'win32';
    const packed = execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { shell });
    const archive = packed.toString().trim().split('\n').at(-1);
    return SUPPORTED_VERSIONS.map((version) => {
      const file = `package/dist/data/admin_${version}.json.gz`;
      execFileSync('tar', ['-xzf', archive, file], { cwd: folder });
      return { version, schema: schemaOf(readFileSync(join(folder, file)), file) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function chosenSchemas(args) {
  const file = args[args.indexOf('--file') + 1];
  if (args.includes('--file')) return [{ version: file, schema: schemaOf(readFileSync(file), file) }];
  if (!args.includes('--offline')) return realSchemas();
  const text = readFileSync(new URL('../src/sandbox/shopify/schema.graphql', import.meta.url), 'utf8');
  return [{ version: 'sandbox', schema: buildSchema(text) }];
}

/** Without publications, with one and with two: the aliases differ. */
const CASES = [[], ['gid://shopify/Publication/1'], ['gid://shopify/Publication/1', 'gid://shopify/Publication/2']];

function problemsOf(schema) {
  const rules = [...specifiedRules, NoDeprecatedCustomRule];
  return CASES.flatMap((publications) =>
    Object.entries(allDocuments(publications)).flatMap(([name, text]) =>
      validate(schema, parse(text), rules, { maxErrors: 50 }).map((error) => `${name}: ${error.message}`),
    ),
  );
}

/** By the operation's name; the inner query of a scan has none. */
function parsedDocuments() {
  const documents = Object.values(allDocuments(CASES[1])).map((text) => parse(text));
  return Object.fromEntries(documents.map((document) => [document.definitions[0].name?.value ?? 'Scan', document]));
}

const args = process.argv.slice(2);
const problems = new Set();
const typeTexts = new Map();
for (const { version, schema } of chosenSchemas(args)) {
  const found = problemsOf(schema);
  for (const problem of found) problems.add(`${version} ${problem}`);
  if (found.length === 0 && !args.includes('--offline')) typeTexts.set(version, typesOf(schema, parsedDocuments()));
}
const [types, ...others] = new Set(typeTexts.values());
if (others.length > 0) problems.add(`the types differ between ${[...typeTexts.keys()].join(' and ')}`);
else if (types && args.includes('--write')) writeFileSync(TYPES, types);
else if (types && types !== readFileSync(TYPES, 'utf8'))
  problems.add('admin-types.generated.ts is stale: run node scripts/check-shopify-documents.mjs --write');

for (const each of problems) console.error(each);
const versions = typeTexts.size > 0 ? [...typeTexts.keys()].join(', ') : 'one schema';
console.log(`${Object.keys(allDocuments([])).length} documents, ${versions}, ${problems.size} problems`);
process.exitCode = problems.size > 0 ? 1 : 0;
