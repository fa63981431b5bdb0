import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import runner from 'jest-circus/runner';
import { keepsModules } from './kept-environment.mjs';

const circus = runner.default;

/** What the runner of tests leaves in the global scope: its listeners and what it counts. */
const TRACES = new Set(['EVENT_HANDLERS', 'JEST_STATE_SYMBOL']);

/** By project: the runtime of its first file in this worker, which holds the modules that were loaded. */
const loaders = new Map();

/**
 * Jest's own runner of test files, but for one thing: what tests import is evaluated once in a worker, as it is in
 * production, and not once for each file. Nest, Apollo, TypeORM and the whole of src take some five seconds of a
 * processor each time, which was more than half of what the tests took. What stands below test/ is evaluated for each
 * file, and each has a runner, an `expect`, a database and a sandbox of its own.
 */
export default async function runFile(globalConfig, config, environment, runtime, path, send) {
  if (!keepsModules(globalConfig)) return circus(globalConfig, config, environment, runtime, path, send);
  const loader = loaderOf(config.id, runtime);
  try {
    return await circus(globalConfig, config, environment, importingWith(loader, runtime), path, send);
  } finally {
    for (const symbol of Object.getOwnPropertySymbols(environment.global)) {
      if (TRACES.has(symbol.description)) delete environment.global[symbol];
    }
    forgetTests(loader, config.rootDir);
  }
}

function loaderOf(id, runtime) {
  const first = loaders.get(id);
  if (first) return first;
  loaders.set(id, runtime);
  // Jest ends the runtime of a file with the file.
  runtime.teardown = () => {};
  return runtime;
}

/** A file's own runtime, except that another one imports for it. */
function importingWith(loader, runtime) {
  if (loader === runtime) return runtime;
  const both = (method) => ({
    value: (...given) => {
      runtime[method](...given);
      loader[method](...given);
    },
  });
  const importFrom = async (path) => {
    const module = await loader.unstable_importModule(path);
    // Lines of stack traces are looked up in the file's own runtime.
    for (const [file, map] of loader.getSourceMaps()) runtime.getSourceMaps().set(file, map);
    return module;
  };
  // Before the first test: what is left of the file before may no longer import, but this one may.
  loader.enterTestCode();
  return Object.create(runtime, {
    unstable_importModule: { value: importFrom },
    setGlobalsForRuntime: both('setGlobalsForRuntime'),
    enterTestCode: both('enterTestCode'),
    leaveTestCode: both('leaveTestCode'),
  });
}

/** Tests and their kits hold what is of one file alone: `it` and `expect`, and now and then a state. */
function forgetTests(loader, rootDir) {
  const tests = pathToFileURL(join(rootDir, 'test/')).href;
  const registry = loader.registries.getActiveEsmRegistry();
  for (const key of registry.keys()) {
    if (key.startsWith(tests) || key.startsWith('@jest/globals/')) registry.delete(key);
  }
}
