import { Client, type ClientConfig } from 'pg';

/**
 * A connection of a pool. The pool takes its own listener for errors off a connection that it hands out, and whoever gets it adds
 * one a moment later. Where the answer to a query and the server's last words come in one packet (57P01, its postmaster is
 * gone), they are both read before that moment: the error was heard by nobody and ended the process. Whoever has the connection
 * is told anyway, by the query that fails: the listener here has nothing else to do.
 *
 * Every pool of a process is made of these: TypeORM's and pg-boss's, those of a migration as well.
 */
export class HeardClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** What makes a pool of these, among its options. */
export const HEARD = { Client: HeardClient };
