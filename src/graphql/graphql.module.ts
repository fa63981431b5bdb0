import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import type { Request, Response } from 'express';
import { PRODUCTION } from '../access/tokens.js';
import { Ports } from '../application/ports/ports.js';
import { stopWhenClientIsGone } from './client-gone.js';
import { COST_LIMIT, costLimit } from './cost-limit.js';
import { depthLimit } from './depth-limit.js';
import { errorFormatter } from './format-error.js';
import { Loaders } from './loaders.js';
import { BadCursorFilter } from './page-args.js';
import { RESOLVERS } from './resolvers.js';
import { StorableInput } from './storable-input.js';
import { refuseUnstorableText } from './unstorable-text.js';

const DEPTH = 15;
/** Of the document alone: values belong into variables, which do not count. */
const TOKENS = 5_000;

function apolloOptions(ports: Ports, production: boolean): Omit<ApolloDriverConfig, 'driver'> {
  return {
    path: '/graphql',
    autoSchemaFile: true,
    sortSchema: true,
    transformSchema: stopWhenClientIsGone,
    introspection: !production,
    // Ours is served by the http room, from this machine instead of a CDN.
    graphiql: false,
    includeStacktraceInErrorResponses: false,
    // Errors are told in the body, as in Shopify's API; the HTTP status stays that of the transport.
    preserveHttpStatusForExecutionErrors: false,
    // Guards run at root fields only: what a caller may read at the root, it may read below it.
    fieldResolverEnhancers: [],
    parseOptions: { maxTokens: TOKENS },
    validationRules: [depthLimit(DEPTH)],
    // Nothing here is for caches on the way, and Apollo's own plugin for them wraps the resolver of every field of every row:
    // about a fifth of what a page of the feed costs.
    plugins: [costLimit(COST_LIMIT), refuseUnstorableText, ApolloServerPluginCacheControlDisabled()],
    formatError: errorFormatter(ports),
    context: ({ req, res }: { req: Request; res: Response }) => ({ req, res, loaders: new Loaders(ports) }),
  };
}

/** The API. `Ports`, `PUBLIC_URL` and `PRODUCTION` come from the porch's global module; the guard from `AccessModule`. */
@Module({
  imports: [
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      inject: [Ports, PRODUCTION],
      useFactory: apolloOptions,
    }),
  ],
  providers: [
    ...RESOLVERS,
    { provide: APP_INTERCEPTOR, useClass: StorableInput },
    { provide: APP_FILTER, useClass: BadCursorFilter },
  ],
})
export class GraphqlApiModule {}
