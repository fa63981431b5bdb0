import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, Inject } from '@nestjs/common';
import type { Response } from 'express';
import { Ports } from '../application/ports/ports.js';
import type { ErrorBody } from './http-error.js';

const INTERNAL: ErrorBody = {
  error: { code: 'INTERNAL', message: 'something went wrong on our side; it is in the log' },
};

/** Gives every refused call one shape, and keeps the inside of a fault (stacks, SQL) in the log. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #ports: Ports;

  constructor(@Inject(Ports) ports: Ports) {
    this.#ports = ports;
  }

  catch(exception: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const known = exception instanceof HttpException;
    const status = known ? exception.getStatus() : 500;
    if (status >= 500) {
      const error = exception instanceof Error ? (exception.stack ?? exception.message) : String(exception);
      this.#ports.log('error', 'an HTTP call failed', { error });
    }
    // Half an answer is out already: cutting the connection is the only way left to say that it is no good.
    if (response.headersSent) response.destroy();
    else response.status(status).json(known ? bodyOf(exception) : INTERNAL);
  }
}

function bodyOf(exception: HttpException): ErrorBody {
  const body: unknown = exception.getResponse();
  if (isErrorBody(body)) return body;
  return { error: { code: `HTTP_${exception.getStatus()}`, message: exception.message } };
}

/** Ours have an object under `error`; Nest's own have the name of the status there. */
function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object';
}
