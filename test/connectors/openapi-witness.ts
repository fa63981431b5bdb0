import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bundleFromString, createConfig } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Parameter {
  name: string;
  in: 'query' | 'header' | 'path';
  required?: boolean;
  schema: object & { type?: string; minimum?: number; maximum?: number };
}

interface Answer {
  headers?: Record<string, { required?: boolean; schema: object }>;
  content?: Record<string, { schema: object }>;
}

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, Answer>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation> & { parameters?: Parameter[] }>;
}

/** Every exchange between a client and a server of a contract, held against the contract's own words. */
export interface Witness {
  /** What the client is to call in the server's place. */
  url: string;
  /** `GET /items/A: …`, one line for each thing that the document does not allow. */
  breaches: string[];
  /** `getItem 200`: every operation and the status that it was answered with. */
  seen: Set<string>;
  close(): Promise<void>;
}

export const ERP_CONTRACT = new URL('../../docs/erp-http.openapi.yaml', import.meta.url);

export async function dereferenced(document: URL): Promise<OpenApi> {
  const config = await createConfig({});
  const source = readFileSync(document, 'utf8');
  const { bundle } = await bundleFromString({ source, absoluteRef: document.pathname, config, dereference: true });
  return bundle.parsed as OpenApi;
}

/** Stands between a client and `target` on loopback, passes everything on as it is, and notes what is not as agreed. */
export async function startWitness(target: string, document: URL = ERP_CONTRACT): Promise<Witness> {
  const contract = await dereferenced(document);
  const judge = new Judge(contract);
  const server = createServer((request, response) => {
    pass(request, response, target, judge).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the witness has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    breaches: judge.breaches,
    seen: judge.seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function pass(request: IncomingMessage, response: ServerResponse, target: string, judge: Judge): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const { method = 'GET', url = '/' } = request;
  const operation = judge.request(method, new URL(url, target), request.headers, body);
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)),
  ) as Record<string, string>;
  const answer = await fetch(`${target}${url}`, { method, headers, ...(body === '' ? {} : { body }) });
  const text = await answer.text();
  if (operation !== null) judge.answer(`${method} ${url}`, operation, answer, text);
  const type = answer.headers.get('content-type') ?? 'text/plain';
  const kept = ['etag', 'retry-after'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(answer.status, { 'content-type': type, ...Object.fromEntries(kept) });
  response.end(text);
}

class Judge {
  readonly breaches: string[] = [];
  readonly seen = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<object, ValidateFunction>();

  constructor(private readonly contract: OpenApi) {
    addFormats.default(this.ajv);
  }

  /** The operation that a request is, its parameters and body judged; null where the document knows no such one. */
  request(method: string, url: URL, headers: IncomingMessage['headers'], body: string): Operation | null {
    const where = `${method} ${url.pathname}`;
    for (const [template, item] of Object.entries(this.contract.paths)) {
      const operation = item[method.toLowerCase()];
      const shape = new RegExp(`${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
      if (operation === undefined || !shape.test(url.pathname)) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      for (const [name, value] of url.searchParams) this.parameter(where, parameters, name, value);
      for (const parameter of parameters.filter((one) => one.in === 'header')) {
        const value = headers[parameter.name.toLowerCase()];
        if (typeof value === 'string') this.judge(`${where} ${parameter.name}`, parameter.schema, value);
        else if (parameter.required === true) this.breaches.push(`${where}: without ${parameter.name}`);
      }
      if (!/^Bearer \S+$/.test(headers.authorization ?? '')) this.breaches.push(`${where}: without a bearer token`);
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema) this.json(`${where} body`, schema, body);
      return operation;
    }
    this.breaches.push(`${where}: the document has no such operation`);
    return null;
  }

  answer(where: string, operation: Operation, { status, headers }: Response, text: string): void {
    this.seen.add(`${operation.operationId} ${status}`);
    const agreed = operation.responses[String(status)] ?? operation.responses['default'];
    if (!agreed) return void this.breaches.push(`${where}: nothing is agreed on for ${status}`);
    for (const [name, header] of Object.entries(agreed.headers ?? {})) {
      const value = headers.get(name);
      if (value !== null) this.judge(`${where} ${status} ${name}`, header.schema, value);
      else if (header.required === true) this.breaches.push(`${where} ${status}: without ${name}`);
    }
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    const content = agreed.content?.[type];
    if (content) this.json(`${where} ${status}`, content.schema, text);
    else this.breaches.push(`${where} ${status}: ${type} is not agreed on`);
  }

  private parameter(where: string, parameters: Parameter[], name: string, value: string): void {
    const known = parameters.find((one) => one.in === 'query' && one.name === name);
    if (!known) this.breaches.push(`${where}: unknown parameter ${name}`);
    else
      this.judge(
        `${where} ?${name}`,
        known.schema,
        known.schema.type === 'integer' && /^-?\d+$/.test(value) ? Number(value) : value,
      );
  }

  private json(where: string, schema: object, text: string): void {
    try {
      this.judge(where, schema, JSON.parse(text));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.breaches.push(`${where}: no JSON`);
    }
  }

  private judge(where: string, schema: object, value: unknown): void {
    const validate = this.compiled.get(schema) ?? this.ajv.compile(schema);
    this.compiled.set(schema, validate);
    if (validate(value)) return;
    for (const { instancePath, message } of validate.errors ?? []) {
      this.breaches.push(`${where}${instancePath}: ${message ?? 'not as agreed'}`);
    }
  }
}
