import { Field, ObjectType } from '@nestjs/graphql';
import type { ChangeRequestView } from '../../application/ports/change-reader.js';
import type { Outcome, Problem } from '../../domain/problem.js';
import type { Loaders } from '../loaders.js';
import { UserErrorType, userErrors } from '../user-errors.js';
import { ChangeRequestType } from './change-request-type.js';

@ObjectType('ChangeRequestPayload')
export class ChangeRequestPayloadType {
  @Field(() => ChangeRequestType, { nullable: true })
  changeRequest!: unknown;
  @Field(() => [UserErrorType])
  userErrors!: UserErrorType[];
  @Field(() => [UserErrorType], { description: 'What was accepted, but should be looked at again.' })
  warnings!: UserErrorType[];
}

export interface ChangeRequestPayload {
  changeRequest: ChangeRequestView | null;
  userErrors: Problem[];
  warnings: Problem[];
}

/** The request as it is now, or every reason why nothing was done. */
export async function answer(
  outcome: Outcome<{ id: string }>,
  loaders: Loaders,
  path: readonly string[] = [],
): Promise<ChangeRequestPayload> {
  if (!outcome.ok) return { changeRequest: null, userErrors: userErrors(outcome.problems, path), warnings: [] };
  loaders.reset();
  const changeRequest = await loaders.request.load(outcome.value.id);
  return { changeRequest, userErrors: [], warnings: userErrors(changeRequest?.warnings ?? [], path) };
}
