/**
 * Injection tokens of what the porch knows and those who answer callers need; the porch's global module provides them,
 * so that nobody but the configuration reads the environment.
 */

/** `string | null`: an ADMIN key accepted from the start. */
export const BOOTSTRAP_KEY = Symbol('BOOTSTRAP_KEY');

/** `string | null`: what opens /metrics to other machines. */
export const METRICS_TOKEN = Symbol('METRICS_TOKEN');

/** `string`: the service's own address as callers reach it, without a slash at its end. */
export const PUBLIC_URL = Symbol('PUBLIC_URL');

/** `boolean`: true in production, where neither GraphiQL nor introspection is offered. */
export const PRODUCTION = Symbol('PRODUCTION');

/** The address of a path of this service, whether or not the configured base ends in a slash. */
export function absoluteUrl(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}
