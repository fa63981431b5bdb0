import { UnprocessableEntityException, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';

function sentences(errors: readonly ValidationError[], path: readonly string[] = []): string[] {
  return errors.flatMap((error) => [
    ...Object.values(error.constraints ?? {}).map((text) => [...path, text].join(': ')),
    ...sentences(error.children ?? [], [...path, error.property]),
  ]);
}

/**
 * Checks arguments against the bounds that their classes declare. A request out of bounds is malformed: it ends as a
 * GraphQL error BAD_USER_INPUT. What a person may get wrong in a value is the verbs' to say, as userErrors.
 *
 * It hands the arguments on as they came: turning them into instances would make "left out" and "undefined" alike.
 */
export const inputPipe = new ValidationPipe({
  transform: false,
  forbidUnknownValues: false,
  exceptionFactory: (errors) => new UnprocessableEntityException(`${sentences(errors).join('; ')}.`),
});
