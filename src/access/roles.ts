import type { ExecutionContext } from '@nestjs/common';
import { createParamDecorator, SetMetadata } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Request } from 'express';
import type { Caller, Role } from '../domain/actor.js';

export const ROLES_KEY = 'skuward:roles';
export const PUBLIC_KEY = 'skuward:public';

/** An HTTP request on which the guard has left who is calling. */
export interface SignedRequest extends Request {
  caller?: Promise<Caller | null>;
}

/** Who may call this handler: bearers of any of these roles, and ADMIN (design 4.11). */
export const Roles = (...roles: Role[]): MethodDecorator & ClassDecorator => SetMetadata(ROLES_KEY, roles);

/** Nobody needs to sign in. Said in full at the handler, so that a reviewer sees it. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC_KEY, true);

/** The express request behind a GraphQL operation or an HTTP call. */
export function requestOf(context: ExecutionContext): SignedRequest {
  if (context.getType<'graphql' | 'http'>() === 'graphql') {
    return GqlExecutionContext.create(context).getContext<{ req: SignedRequest }>().req;
  }
  return context.switchToHttp().getRequest<SignedRequest>();
}

/** The caller that the guard let in. Only for handlers with roles: on a public one there is nobody to name. */
export const CurrentCaller = createParamDecorator(async (_: unknown, context: ExecutionContext): Promise<Caller> => {
  const caller = await requestOf(context).caller;
  if (!caller) throw new Error('a handler asked for its caller, but is public');
  return caller;
});
