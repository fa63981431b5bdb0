import type { Logger } from 'typeorm';
import type { Source } from '../../src/storage/data-source.js';

/** Every statement that the application's connections send from now on, word for word, in the order in which they were sent. */
export function recordStatements(source: Source): string[] {
  const sent: string[] = [];
  const nothing = (): void => {};
  const logger: Logger = {
    logQuery: (text) => {
      sent.push(text);
    },
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  source.logger = logger;
  return sent;
}
