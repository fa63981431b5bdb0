/**
 * Proves that every document of src/connectors/shopify/documents.ts is valid against Shopify's own schema and uses no
 * deprecated field.
 *
 *   node scripts/check-shopify-documents.mjs             the real Admin API schema, out of an npm package
 *   node scripts/check-shopify-documents.mjs --offline   the pruned copy that the sandbox serves
 *   node scripts/check-shopify-documents.mjs --file F    an introspection file (.json or .json.gz) that is already here
 *
 * Exits 1 and names document and field when anything is wrong.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, buildSchema, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { allDocuments } from '../src/connectors/shopify/documents.ts';

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const INTROSPECTION = 'package/dist/data/admin_2026-10.json.gz';

function schemaOf(bytes, name) {
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const parsed = JSON.parse(text);
  return buildClientSchema(parsed.data ?? parsed);
}

function realSchema() {
  const folder = mkdtempSync(join(tmpdir(), 'skuward-schema-'));
  try {
    // The shell is needed on Windows only, where npm is a .cmd file.
    const shell = process.platform === 'win32';
    const packed = execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { shell });
    const archive = packed.toString().trim().split('\n').at(-1);
    execFileSync('tar', ['-xzf', archive, INTROSPECTION], { cwd: folder });
    return schemaOf(readFileSync(join(folder, INTROSPECTION)), INTROSPECTION);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function chosenSchema(args) {
  const file = args[args.indexOf('--file') + 1];
  if (args.includes('--file')) return schemaOf(readFileSync(file), file);
  if (!args.includes('--offline')) return realSchema();
  return buildSchema(readFileSync(new URL('../src/sandbox/shopify/schema.graphql', import.meta.url), 'utf8'));
}

const schema = chosenSchema(process.argv.slice(2));
const rules = [...specifiedRules, NoDeprecatedCustomRule];
// Without publications, with one and with two: the aliases differ.
const cases = [[], ['gid://shopify/Publication/1'], ['gid://shopify/Publication/1', 'gid://shopify/Publication/2']];
const problems = cases.flatMap((publications) =>
  Object.entries(allDocuments(publications)).flatMap(([name, text]) =>
    validate(schema, parse(text), rules, { maxErrors: 50 }).map((error) => `${name}: ${error.message}`),
  ),
);

for (const each of new Set(problems)) console.error(each);
console.log(`${Object.keys(allDocuments([])).length} documents, ${new Set(problems).size} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
