import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { Log, LogLevel } from '../application/ports/ports.js';

/** JSON lines on standard error, so that standard output stays for what a command prints. */
export function buildLog(level: LogLevel): Log {
  const logger = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  return (at, message, detail) => logger[at](detail ?? {}, message);
}

/** Nest's own lines, in the same stream; its chatter at start only when somebody debugs. */
export function nestLogger(log: Log): LoggerService {
  return {
    log: (message: unknown) => log('debug', String(message)),
    debug: (message: unknown) => log('debug', String(message)),
    verbose: (message: unknown) => log('debug', String(message)),
    warn: (message: unknown) => log('warn', String(message)),
    error: (message: unknown, ...detail: unknown[]) => log('error', String(message), { detail: detail.map(String) }),
  };
}
