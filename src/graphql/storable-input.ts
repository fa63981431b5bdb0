import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLOutputType, GraphQLResolveInfo } from 'graphql';
import { getNullableType, GraphQLInt, isListType, isNonNullType, isObjectType } from 'graphql';
import type { Observable } from 'rxjs';
import { of } from 'rxjs';
import type { Problem } from '../domain/problem.js';
import { problem } from '../domain/problem.js';
import { unstorablePlaces } from './unstorable-text.js';

/**
 * Answers a mutation whose arguments hold text that PostgreSQL cannot hold, in place of its verb: INVALID_FORMAT for every
 * such text, with its path. It stands behind the guard, so that whoever may not call a mutation is told that first.
 */
@Injectable()
export class StorableInput implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<'graphql' | 'http'>() !== 'graphql') return next.handle();
    const call = GqlExecutionContext.create(context);
    const info = call.getInfo<GraphQLResolveInfo>();
    if (info.parentType !== info.schema.getMutationType()) return next.handle();
    const places = unstorablePlaces(call.getArgs<object>(), []);
    if (places.length === 0) return next.handle();
    const message = 'a NUL character or half a character cannot be stored';
    return of(
      refusedPayload(
        info.returnType,
        places.map((place) => problem('INVALID_FORMAT', message, place)),
      ),
    );
  }
}

/** @throws Error for a mutation that answers no payload of ours: lists, counts and what may be null beside `userErrors`. */
function refusedPayload(type: GraphQLOutputType, userErrors: Problem[]): object {
  const payload = getNullableType(type);
  if (!isObjectType(payload)) throw new Error(`${String(type)} is no payload`);
  const values = Object.values(payload.getFields()).map((field): [string, unknown] => {
    if (field.name === 'userErrors') return [field.name, userErrors];
    if (!isNonNullType(field.type)) return [field.name, null];
    if (isListType(field.type.ofType)) return [field.name, []];
    // How many: nothing was done to any.
    if (field.type.ofType === GraphQLInt) return [field.name, 0];
    throw new Error(`${payload.name}.${field.name} can be neither null nor empty`);
  });
  return Object.fromEntries(values);
}
