import { Field, InterfaceType, ObjectType } from '@nestjs/graphql';
import { UnprocessableEntityException } from '@nestjs/common';
import type { Outcome, Problem } from '../domain/problem.js';

@InterfaceType('UserErrorLike', { resolveType: () => 'UserError' })
export abstract class UserErrorLikeType {
  @Field(() => String)
  code!: string;
  @Field(() => String)
  message!: string;
  @Field(() => [String], { nullable: true })
  field!: string[] | null;
}

@ObjectType('UserError', {
  implements: () => [UserErrorLikeType],
  description: 'A rejected input. `field` is the path into the arguments; `code` is stable and documented.',
})
export class UserErrorType extends UserErrorLikeType {}

/**
 * Problems as the API tells them.
 * @param path where the argument that the verb was given sits: `['input']`, or nothing when paths begin at the arguments.
 */
export function userErrors(problems: readonly Problem[], path: readonly string[] = []): Problem[] {
  return problems.map((each) => ({ ...each, field: each.field === null ? null : [...path, ...each.field] }));
}

/** What a query answers. It has no userErrors: a question that cannot be answered is a malformed one, BAD_USER_INPUT. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new UnprocessableEntityException(outcome.problems.map(({ message }) => message).join('; '));
}
