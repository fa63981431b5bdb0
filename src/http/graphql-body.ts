import { isUtf8 } from 'node:buffer';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';

/** Statuses as GraphQL over HTTP names them. */
const CODES: Readonly<Record<number, string>> = { 413: 'TOO_LONG', 415: 'UNSUPPORTED_MEDIA_TYPE' };

/** A body that is said to be UTF-8 and is not: Express would put U+FFFD in the place of what it cannot read. */
class NotText extends Error {
  readonly status = 400;
}

/**
 * Reads the body of a GraphQL request, and answers one that cannot be read in GraphQL's own form.
 * @param limit as Express takes it: "20mb".
 */
export function graphqlBody(limit: string | number): [RequestHandler, ErrorRequestHandler] {
  const parser = express.json({
    limit,
    verify: (_request, _response, bytes, encoding) => {
      if (encoding === 'utf-8' && !isUtf8(bytes)) throw new NotText('The body is not UTF-8 text.');
    },
  });
  return [parser, told];
}

/** Express tells an error handler by its four parameters. */
function told(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : NaN;
  if (!(error instanceof Error) || !(status >= 400 && status < 500) || response.headersSent) {
    next(error);
    return;
  }
  const code = CODES[status] ?? 'BAD_USER_INPUT';
  const message = error instanceof SyntaxError ? 'The body is not JSON.' : error.message;
  response.status(status).json({ errors: [{ message, extensions: { code } }] });
}
