#!/usr/bin/env node
/**
 * What it takes to see what new attribute definitions would do to a whole catalogue (settingPreview), on an embedded
 * database of its own: so many SKUs, each with three attributes, one of them a text that no other SKU has.
 * Baseline, in the same run and on the same server: one bare statement that only counts every attribute value once.
 * And how long 10,000 transitions take to be planned, gates included, beside a copy of the same world through JSON.
 *
 * Usage: node bench/attribute-definitions.mjs [--skus 100000] [--runs 5]   (needs `npm run build`)
 */
import { parseArgs } from 'node:util';
import { previewSetting } from '../dist/application/settings/set-setting.js';
import { planChanges } from '../dist/domain/change/plan-changes.js';
import { buildConnectors } from '../dist/connectors/connector-registry.js';
import { buildPorts } from '../dist/porch/build-ports.js';
import { openDatabase } from '../dist/porch/open-database.js';

import { onDatabase } from './kit/database.mjs';
import { machine, median, timed as timedOnce } from './kit/figures.mjs';

const { values: options } = parseArgs({
  options: { skus: { type: 'string', default: '100000' }, runs: { type: 'string', default: '5' } },
});
const skus = Number(options.skus);
const runs = Number(options.runs);
const PLANNED = 10_000;

const DEFINITIONS = [
  { key: 'material', name: 'Material', type: 'ENUM', values: ['Cotton', 'Wool', 'Linen', 'Silk', 'Hemp'] },
  { key: 'heel_mm', name: 'Heel', type: 'NUMBER', productTypes: ['Type 1', 'Type 2', 'Type 3', 'Type 4'] },
  { key: 'note', name: 'Note', type: 'TEXT' },
];
const [material, heel, note] = DEFINITIONS;
const CHANGES = {
  'a key is removed (equal values)': [heel, note],
  'a text becomes a date (no value twice)': [material, heel, { ...note, type: 'DATE' }],
  'an attribute is required that nobody has': [
    ...DEFINITIONS,
    { key: 'grade', name: 'Grade', type: 'TEXT', requiredFrom: 'ACTIVE' },
  ],
  'product types are narrowed': [material, { ...heel, productTypes: ['Type 1'] }, note],
};

const FILL = `
  insert into product (id, handle, revision, title, product_type, tags, option_names, attributes, created_at, updated_at)
  select gen_random_uuid(), 'p-' || n, 1, 'Product ' || n, 'Type ' || n % 5, '{}', '{Size}', '{}', now(), now()
  from generate_series(1, $1 / 10) n;`;
const FILL_SKUS = `
  insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key, price,
    requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
  select gen_random_uuid(), 'S-' || n, 's-' || n, 'SIMPLE', (array['DRAFT','PRELAUNCH','ACTIVE','ACTIVE','RETIRED'])[1 + n % 5],
    p.id, 1, 'SKU ' || n, jsonb_build_array(jsonb_build_object('name', 'Size', 'value', n::text)), n::text, 9.90, true, true,
    jsonb_build_object('material', (array['Cotton','Wool','Linen','Silk','Hemp'])[1 + n % 5], 'heel_mm', (n % 90)::text,
      'note', 'a note of its own for ' || n), '{}', '[]', now(), now()
  from generate_series(1, $1) n join product p on p.handle = 'p-' || (1 + n % ($1 / 10));`;
const BARE = `select count(*) from sku s join product p on p.id = s.product_id, lateral jsonb_each(s.attributes) e`;

/** The same work `runs` times: the median, and what was answered last. */
async function timed(work) {
  const took = [];
  for (let run = 0; run < runs; run += 1) took.push(await timedOnce(work));
  return { ms: median(took.map(({ ms }) => ms)), answer: took.at(-1).value };
}

function line(name, { ms }, base, rest = '') {
  console.log(`${name.padEnd(44)} ${ms.toFixed(0).padStart(7)} ms  ${(ms / base).toFixed(2).padStart(6)} x  ${rest}`);
}

async function previews(ports, owner) {
  const bare = await timed(() => owner.query(BARE));
  line(`bare: every value counted once`, bare, bare.ms);
  for (const [name, value] of Object.entries(CHANGES)) {
    const told = await timed(() => previewSetting(ports, 'attributes', value));
    const effects = told.answer.effects.map(({ code, count }) => `${code} ${count}`);
    line(name, told, bare.ms, effects.join(', '));
  }
}

async function plans(ports) {
  const { items } = { items: await ports.catalog.skusByCodes(Array.from({ length: skus }, (_, n) => `S-${n + 1}`)) };
  const chosen = [...items.values()].filter(({ state }) => state === 'PRELAUNCH').slice(0, PLANNED);
  const changes = chosen.map(({ code }) => ({
    operation: 'SKU_TRANSITION',
    target: code,
    baseRevision: null,
    patch: { state: 'ACTIVE' },
  }));
  const world = await ports.work.run((stores) => stores.catalog.world(changes, { lock: false }));
  const copied = await timed(() => JSON.parse(JSON.stringify([...world.skus.values(), ...world.products.values()])));
  line(`copy of ${chosen.length} SKUs and their products`, copied, copied.ms);
  const planned = await timed(() => planChanges(world, changes, () => 'id'));
  const { problems, warnings, skus: moved } = planned.answer;
  line(
    `plan of ${chosen.length} transitions`,
    planned,
    copied.ms,
    `${moved.length} moved, ${problems.length} problems, ${warnings.length} warnings`,
  );
}

await onDatabase(async ({ appUrl, owner }) => {
  await owner.query(FILL, [skus]);
  await owner.query(FILL_SKUS, [skus]);
  await owner.query(
    `insert into setting_version (key, version, value, reason, changed_by) values ('attributes', 1, $1, 'bench', '{}')`,
    [JSON.stringify(DEFINITIONS)],
  );
  await owner.query('vacuum analyze');
  const log = () => {};
  const database = await openDatabase(appUrl, log, false);
  try {
    const ports = buildPorts(database, buildConnectors([], log), 'USD', log);
    console.log(`${machine()}, ${skus} SKUs, median of ${runs}`);
    await previews(ports, owner);
    await plans(ports);
    console.log(`resident: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  } finally {
    await database.close();
  }
});
