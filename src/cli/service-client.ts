import { CliFault } from './cli-io.js';

const DEFAULT_URL = 'http://127.0.0.1:4000';
/** A service that does not answer a small question within this time is taken for dead. */
const ANSWER_MS = 30_000;

export interface ServiceOptions {
  url: string | null;
  key: string | null;
}

/** Speaks HTTP to a running Skuward with an API key. Every fault is a CliFault that names the address. */
export class ServiceClient {
  private readonly base: string;
  private readonly key: string;

  /** @throws CliFault when there is no key, or the address is no URL. */
  constructor(options: ServiceOptions) {
    this.base = (options.url ?? DEFAULT_URL).replace(/\/+$/, '');
    if (!URL.canParse(this.base)) throw new CliFault(`--url ${this.base} is no URL`);
    if (!options.key) throw new CliFault('an API key is needed: --key KEY, or SKUWARD_API_KEY in the environment');
    this.key = options.key;
  }

  /** Sends bytes as they come, without a time limit: how long an upload takes depends on the network alone. */
  async send(path: string, body: ReadableStream<Uint8Array>): Promise<unknown> {
    return jsonOf(await this.call(path, { method: 'POST', body, duplex: 'half' }, { 'content-type': 'text/csv' }));
  }

  async json(path: string): Promise<unknown> {
    return jsonOf(await this.call(path, { signal: AbortSignal.timeout(ANSWER_MS) }));
  }

  /** What one root field of an operation answers. @throws CliFault for errors that GraphQL tells. */
  async graphql<T>(field: string, query: string, variables: object): Promise<T> {
    const init = { method: 'POST', body: JSON.stringify({ query, variables }), signal: AbortSignal.timeout(ANSWER_MS) };
    const answer = await jsonOf(await this.call('/graphql', init, { 'content-type': 'application/json' }));
    const { data, errors } = answer as { data?: Record<string, T> | null; errors?: { message: string }[] };
    if (errors && errors.length > 0) throw new CliFault(errors.map(({ message }) => message).join('; '));
    if (!data || !(field in data)) throw new CliFault(`${this.base}/graphql did not answer ${field}`);
    return data[field] as T;
  }

  /** The answer's bytes as they are. */
  async bytes(path: string): Promise<Uint8Array> {
    const response = await this.call(path, { signal: AbortSignal.timeout(ANSWER_MS) });
    return new Uint8Array(await response.arrayBuffer());
  }

  /** The answer's bytes as they come, without a time limit: how long a download takes depends on its size. */
  async stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.call(path, {});
    if (!body) throw new CliFault(`${this.base}${path} answered nothing`);
    return body;
  }

  private async call(path: string, init: RequestInit, extra: Record<string, string> = {}): Promise<Response> {
    const headers = { ...extra, authorization: `Bearer ${this.key}` };
    let response;
    try {
      response = await fetch(`${this.base}${path}`, { ...init, headers, redirect: 'error' });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CliFault(`${this.base} does not answer: ${cause}`);
    }
    if (response.ok) return response;
    throw new CliFault(`${this.base}${path} answered ${response.status}: ${await reasonOf(response)}`);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new CliFault(`${response.url} did not answer with JSON: is this a Skuward service?`);
  }
}

/** The sentence of our own error shape, or the beginning of whatever else came. */
async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body) {
      const { error } = body;
      if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
    }
  } catch {
    // Not JSON: something in between answered, and its own words say best what it is.
  }
  return text.slice(0, 200).trim() || response.statusText;
}
