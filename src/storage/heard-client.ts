import pg, { Client } from 'pg';

/**
 * A connection whose last words end no process. Whoever has one is told of its end anyway, by the query that fails; but an error
 * that nobody listens for is thrown, and there are moments in which nobody does. The pool takes its own listener off a
 * connection that it hands out, and whoever gets it adds one a moment later; pg-boss takes all listeners off the connection on
 * which it listens once something went wrong there. Where an answer and the server's last words come in one packet (57P01,
 * its postmaster is gone), they are all read before anybody could listen again.
 *
 * Every pool of a process is made of these: TypeORM's and pg-boss's, those of a migration as well.
 */
export class HeardClient extends Client {
  override emit(event: string | symbol, ...told: unknown[]): boolean {
    if (event === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(event, ...(told as [Error]));
  }
}

/** What makes a pool of these, among its options. */
export const HEARD = { Client: HeardClient };

/** The connection on which pg-boss listens is made by itself, of what `pg` has at that time: it offers no option for it. */
export function hearListeners(): void {
  Object.assign(pg, HEARD);
}
