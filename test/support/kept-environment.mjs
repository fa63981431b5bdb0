import { TestEnvironment } from 'jest-environment-node';

/** One for each project of this worker. */
const kept = new Map();

/**
 * The global scope that all test files of a project share in a worker: modules are bound to the scope that they were
 * evaluated in, so kept-modules.mjs can keep them only together with it.
 */
export default class KeptEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { id } = config.projectConfig;
    const first = kept.get(id);
    if (first) return first;
    kept.set(id, this);
  }

  /** Lives as long as its worker. */
  async teardown() {
    this.fakeTimersModern.useRealTimers();
  }
}
