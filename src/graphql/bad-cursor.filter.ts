import type { ExceptionFilter } from '@nestjs/common';
import { Catch, UnprocessableEntityException } from '@nestjs/common';
import { BadCursor } from '../application/ports/page.js';

/**
 * Says in Nest's own words that a cursor is none of ours: what Nest does not know it logs as a fault of the service, stack
 * and all, once for every such call. Only root fields come by here; below them the formatter knows the error itself.
 */
@Catch(BadCursor)
export class BadCursorFilter implements ExceptionFilter<BadCursor> {
  catch({ message }: BadCursor): never {
    throw new UnprocessableEntityException(message);
  }
}
