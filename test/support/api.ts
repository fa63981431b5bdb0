import 'reflect-metadata';
import type { Server } from 'node:http';
import { promisify } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/app.module.js';
import { SystemReadiness } from '../../src/porch/system-readiness.js';
import type { World } from './world.js';

const ADMIN = 'an-admin-key-of-thirty-two-characters';

/** The API of a world on a port of its own, asked as ADMIN. */
export interface Api {
  /** Where it listens. */
  url: string;
  /** The data of an answer; throws the errors of one that has any. `key`: of somebody else than ADMIN. */
  ask<T>(query: string, variables?: object, key?: string): Promise<T>;
  /** Code and message of the first error. */
  fault(query: string, variables?: object): Promise<{ code: string; message: string }>;
  /** How many connections to it are open. */
  connections(): Promise<number>;
  /** The header that makes one ADMIN. */
  authorization: string;
  close(): Promise<void>;
}

interface Answer<T> {
  data: T;
  errors?: { message: string; extensions: { code: string } }[];
}

/** @param logger what Nest itself logs goes there; nowhere if left out. */
export async function openApi(world: World, logger: LoggerService | false = false): Promise<Api> {
  const readiness = new SystemReadiness(world.database.source, null);
  const { ports } = world;
  const parts = { ports, readiness, bootstrapKey: ADMIN, publicUrl: 'http://localhost/', production: false };
  const app = await NestFactory.create(AppModule.with(parts), { logger });
  await app.listen(0, '127.0.0.1');
  const base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const server: Server = app.getHttpServer();
  const authorization = `Bearer ${ADMIN}`;
  const send = async <T>(query: string, variables: object, key = ADMIN): Promise<Answer<T>> => {
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer: Answer<T> = JSON.parse(await response.text());
    return answer;
  };
  return {
    url: base,
    async ask<T>(query: string, variables: object = {}, key?: string) {
      const { data, errors } = await send<T>(query, variables, key);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    async fault(query, variables = {}) {
      const { errors } = await send<unknown>(query, variables);
      const [first] = errors ?? [];
      if (!first) throw new Error('was answered');
      return { code: first.extensions.code, message: first.message };
    },
    connections: () => promisify(server.getConnections.bind(server))(),
    authorization,
    close: () => app.close(),
  };
}
