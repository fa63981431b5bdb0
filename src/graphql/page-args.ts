import type { ExceptionFilter } from '@nestjs/common';
import { Catch, UnprocessableEntityException } from '@nestjs/common';
import { ArgsType, Field, Int } from '@nestjs/graphql';
import { IsInt, IsOptional, Max, MaxLength, Min } from 'class-validator';
import type { PageRequest } from '../application/ports/page.js';
import { BadCursor, PAGE_LIMIT } from '../application/ports/page.js';

const DEFAULT_FIRST = 50;
/** Cursors of ours are far shorter. */
const CURSOR_LIMIT = 512;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_FIRST })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT)
  first?: number | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(CURSOR_LIMIT)
  after?: string | null;
}

/** What the readers ask for; an explicit null means the same as leaving it out. */
export function pageOf(args: PageArgs): PageRequest {
  return { first: args.first ?? DEFAULT_FIRST, after: args.after ?? null };
}

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
