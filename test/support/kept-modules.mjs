import runner from 'jest-circus/runner';

/** What the runner of tests leaves in the global scope: its listeners and what it counts. */
const TRACES = new Set(['EVENT_HANDLERS', 'JEST_STATE_SYMBOL']);

/** The runtime of the first file of each project in this worker: it holds the modules that were loaded. */
const kept = new Map();

/**
 * Jest's own runner of test files, but for one thing: what a test file imports is evaluated once in a worker, as it is
 * in production, not once for each file. Nest, Apollo, TypeORM and the whole of src take some five seconds of a
 * processor each time, which was half of what the tests took. Each file still gets a runner, an `expect`, a database
 * and a sandbox of its own.
 */
export default async function runFile(globalConfig, config, environment, runtime, path, send) {
  const loader = keptRuntime(config.id, runtime);
  const both = (method) => ({
    value: (...given) => {
      for (const each of new Set([runtime, loader])) each[method](...given);
    },
  });
  const own = Object.create(runtime, {
    unstable_importModule: { value: (from) => importInto(runtime, loader, from) },
    setGlobalsForRuntime: both('setGlobalsForRuntime'),
    // Whether a test runs just now, or nothing of one may be left that still imports.
    enterTestCode: both('enterTestCode'),
    leaveTestCode: both('leaveTestCode'),
  });
  try {
    return await runner.default(globalConfig, config, environment, own, path, send);
  } finally {
    for (const symbol of Object.getOwnPropertySymbols(environment.global)) {
      if (TRACES.has(symbol.description)) delete environment.global[symbol];
    }
  }
}

function keptRuntime(id, runtime) {
  const first = kept.get(id);
  if (first) return first;
  kept.set(id, runtime);
  // Jest ends the runtime of a file with the file.
  runtime.teardown = () => {};
  return runtime;
}

async function importInto(runtime, loader, path) {
  loader.enterTestCode();
  const module = await loader.unstable_importModule(path);
  // Lines in stack traces are looked up in the file's own runtime.
  if (loader !== runtime) for (const [file, map] of loader.getSourceMaps()) runtime.getSourceMaps().set(file, map);
  return module;
}
