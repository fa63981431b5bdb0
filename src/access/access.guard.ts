import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ForbiddenException, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { authenticate } from './authenticate.js';
import { Ports } from '../application/ports/ports.js';
import type { Role } from '../domain/actor.js';
import { mayActAs } from '../domain/actor.js';
import { PUBLIC_KEY, requestOf, ROLES_KEY } from './roles.js';
import { BOOTSTRAP_KEY } from './tokens.js';

/** Keys are 47 characters; the bound keeps us from hashing what somebody pours in. */
const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

// One sentence for no key, a wrong one, an expired one: it must not tell whether a key exists.
const SIGN_IN = 'Send a valid API key as "Authorization: Bearer <key>".';

/**
 * Deny by default: a handler that is neither public nor names roles is refused to everybody. The key is looked up once
 * per HTTP request, however many root fields its operation has.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #ports: Ports;
  readonly #bootstrapKey: string | null;

  constructor(
    @Inject(Reflector) reflector: Reflector,
    @Inject(Ports) ports: Ports,
    @Inject(BOOTSTRAP_KEY) bootstrapKey: string | null,
  ) {
    this.#reflector = reflector;
    this.#ports = ports;
    this.#bootstrapKey = bootstrapKey;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.#reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, targets)) return true;
    const roles = this.#reflector.getAllAndOverride<Role[] | undefined>(ROLES_KEY, targets);
    const request = requestOf(context);
    request.caller ??= this.#callerOf(request.headers.authorization);
    const caller = await request.caller;
    if (!caller) throw unauthenticated(context);
    if (!roles || !mayActAs(caller, roles)) throw forbidden(context, roles ?? []);
    return true;
  }

  #callerOf(header: string | undefined): ReturnType<typeof authenticate> {
    const token = BEARER.exec(header ?? '')?.[1];
    return token === undefined ? Promise.resolve(null) : authenticate(this.#ports, this.#bootstrapKey, token);
  }
}

function unauthenticated(context: ExecutionContext): UnauthorizedException {
  return new UnauthorizedException(bodyFor(context, 'UNAUTHENTICATED', SIGN_IN));
}

function forbidden(context: ExecutionContext, roles: readonly Role[]): ForbiddenException {
  const message =
    roles.length === 0
      ? 'Nobody may call this.'
      : `This needs the role ${[...new Set([...roles, 'ADMIN'])].join(' or ')}.`;
  return new ForbiddenException(bodyFor(context, 'FORBIDDEN', message));
}

/** HTTP answers in our own shape; the GraphQL driver makes its error of the plain message and the status. */
function bodyFor(context: ExecutionContext, code: string, message: string): string | object {
  return context.getType<'graphql' | 'http'>() === 'graphql' ? message : { error: { code, message } };
}
