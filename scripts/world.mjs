// The simulated world by hand: a seed again, many seeds, or the mutants. What it is: docs/simulated-world.md.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOOKS = new URL('world-hooks.mjs', import.meta.url).href;
const test = (name) => fileURLToPath(new URL(`../test/world/${name}`, import.meta.url));

function node(file, args, env = {}, stdio = 'inherit') {
  return spawnSync(process.execPath, ['--no-warnings', '--import', HOOKS, test(file), ...args], {
    env: { ...process.env, ...env },
    stdio,
    encoding: 'utf8',
  });
}

/** Each mutant in a process of its own, because what is changed is changed as it is loaded. */
async function mutants(only) {
  await import('./world-hooks.mjs');
  const { MUTANTS } = await import('../test/world/mutants.ts');
  let caught = 0;
  const chosen = MUTANTS.filter(({ name }) => only === undefined || name === only);
  for (const { name, lacks, edits } of chosen) {
    const mutant = { SKUWARD_MUTANT: JSON.stringify({ edits }) };
    const { status, stdout, stderr } = node('catch-mutant.ts', [], mutant, 'pipe');
    if (status !== 0) {
      console.log(`FAILED  ${name} could not be tried: ${stderr.trim()}`);
      continue;
    }
    const { seed, rule, story } = JSON.parse(stdout.trim().split('\n').at(-1));
    if (seed === null) console.log(`MISSED  ${name}, without ${lacks}`);
    else console.log(`caught  ${name} by seed ${seed}: ${rule}\n        without ${lacks}`);
    if (only !== undefined && story) console.log(story);
    if (seed !== null) caught += 1;
  }
  console.log(`${caught} of ${chosen.length} mutants caught`);
  return chosen.length > 0 && caught === chosen.length;
}

const args = process.argv.slice(2);
const at = args.indexOf('--only');
if (args.includes('--mutants')) process.exitCode = (await mutants(at < 0 ? undefined : args[at + 1])) ? 0 : 1;
else process.exitCode = node('command.ts', args).status ?? 1;
