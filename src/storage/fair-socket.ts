import { Socket } from 'node:net';

/** For so long the rows of one connection are read in one go, in milliseconds; then everybody else has a turn. */
const SLICE_MS = 15;

/**
 * A connection to PostgreSQL whose answers do not hold up the process: Node reads up to 32 buffers of a socket before it
 * looks at any other, and parsing two megabytes of rows takes a fifth of a second. After a slice of it the socket is paused
 * until the others have had their turn. Over TLS the socket below is not read by events, and this does nothing.
 */
export function fairSocket(): Socket {
  const socket = new Socket();
  let since: number | null = null;
  socket.on('data', () => {
    const now = performance.now();
    if (since === null) {
      since = now;
      // Runs once all that is ready has been read.
      setImmediate(() => (since = null));
    } else if (now - since >= SLICE_MS && !socket.isPaused()) {
      socket.pause();
      setImmediate(() => socket.resume());
    }
  });
  return socket;
}
