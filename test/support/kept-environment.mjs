import { TestEnvironment } from 'jest-environment-node';

/** By project: the one of this worker. */
const kept = new Map();

// A worker that has nothing left to do would take its heap apart before it ends, scope by scope. Under load that takes
// longer than the half second after which Jest kills it, and says that tests leak.
if (process.send) process.once('beforeExit', () => process.exit());

/** Not while somebody edits between two runs of one process, and not where every file is to tell what it covers. */
export function keepsModules({ watch, watchAll, collectCoverage }) {
  return !watch && !watchAll && !collectCoverage;
}

/**
 * The global scope that all test files of a project share in a worker. Modules are bound to the scope that they were
 * evaluated in: kept-modules.mjs can keep them only together with it.
 */
export default class KeptEnvironment extends TestEnvironment {
  #keeps;

  constructor(config, context) {
    const { globalConfig, projectConfig } = config;
    super(config, context);
    this.#keeps = keepsModules(globalConfig);
    if (!this.#keeps) return;
    const first = kept.get(projectConfig.id);
    if (first) return first;
    kept.set(projectConfig.id, this);
  }

  async teardown() {
    if (this.#keeps) this.fakeTimersModern.useRealTimers();
    else await super.teardown();
  }
}
