#!/usr/bin/env node
import 'reflect-metadata';
import { ConfigError, readConfig } from './config.js';
import { SettingError } from './connectors/system-config.js';
import type { Service } from './porch/serve.js';
import { isUnreachable } from './storage/postgres/unreachable.js';

const [command, ...args] = process.argv.slice(2);

/**
 * Ends on SIGINT and SIGTERM with everything stopped; a second signal ends at once. Must hear signals from the very
 * beginning: the embedded PostgreSQL is in a session of its own and would outlive a service that died while starting.
 * Answers whether the end has begun.
 */
function stopOnSignal(starting: Promise<Service>): () => boolean {
  let stopping = false;
  const end = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void starting
      .then((service) => service.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return () => stopping;
}

/** What a person can mend is told in one line; a stack only for what we did not foresee. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') return `PORT is taken: ${error.message}`;
  // Whoever supervises the process starts it again: waiting here would hide a wrong address.
  if (isUnreachable(error)) return `the database does not answer: ${error.message || 'no connection'}`;
  const isSetting = error instanceof ConfigError || error instanceof SettingError;
  const plain =
    isSetting || error.message.includes('already running') || error.message.startsWith('the embedded PostgreSQL');
  return plain ? error.message : (error.stack ?? error.message);
}

/** For good, with the reason in one line. */
function end(error: unknown): never {
  process.stderr.write(`skuward: ${told(error)}\n`);
  process.exit(1);
}

try {
  // Before the rest is loaded, which takes seconds: nobody should have to wait to be told of a variable.
  const config = readConfig();
  if (command === undefined) {
    const [{ serve }, { printWelcome }] = await Promise.all([import('./porch/serve.js'), import('./porch/welcome.js')]);
    // Ended at once: whatever would be stopped in good order needs the database, and whoever supervises starts all of it again.
    let isStopping = (): boolean => false;
    const starting = serve(config, (error) => void (isStopping() || end(error)));
    isStopping = stopOnSignal(starting);
    const service = await starting;
    if (!isStopping()) await printWelcome(config, service);
  } else {
    const { runCommand } = await import('./porch/run-command.js');
    process.exitCode = await runCommand(config, command, args);
  }
} catch (error) {
  end(error);
}
