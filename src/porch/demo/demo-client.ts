import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceHandle } from './service-handle.js';

export interface UserError {
  code: string;
  message: string;
}

/** A call that reached nobody, or whose answer was lost. */
class Unanswered extends Error {}

const POLL_MS = 100;

/** Real calls to the running API and to the stand-ins' control pages. A call that is not answered is made again. */
export class DemoClient {
  constructor(
    private readonly service: ServiceHandle,
    private readonly sandbox: { shopify: string; erp: string },
  ) {}

  /**
   * One GraphQL operation as one of the sample people. Asked again after the service came back: every call of the demo
   * is either a question, or bears an idempotency key, or is refused with a code that tells that it was done.
   */
  async graphql<T>(key: string, query: string, variables: object = {}): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const answer = await this.again(() => post(`${this.service.url}/graphql`, headers, body));
    const { data, errors } = answer as { data?: T; errors?: { message: string }[] };
    if (errors || !data) throw new Error(errors?.map(({ message }) => message).join('; ') ?? 'no data');
    return data;
  }

  async upload(key: string, csv: string): Promise<{ id: string }> {
    const headers = { 'content-type': 'text/csv', authorization: `Bearer ${key}` };
    const url = `${this.service.url}/imports?format=shopify-csv&mode=baseline`;
    return (await this.again(() => post(url, headers, csv))) as { id: string };
  }

  async get<T>(key: string, path: string): Promise<T> {
    const headers = { authorization: `Bearer ${key}` };
    return (await this.again(() => reach(fetch(`${this.service.url}${path}`, { headers })))) as T;
  }

  /** What a person does in a stand-in, or sees there; the master has no part in it. */
  async control<T>(system: 'shopify' | 'erp', path: string, body?: object | string): Promise<T> {
    const url = `${this.sandbox[system]}/control/${path}`;
    const isCsv = typeof body === 'string';
    const type = { 'content-type': isCsv ? 'text/csv' : 'application/json' };
    const call = (): Promise<unknown> =>
      body === undefined ? reach(fetch(url)) : post(url, type, isCsv ? body : JSON.stringify(body));
    return (await this.again(call)) as T;
  }

  /** Waits until `probe` answers something. */
  async until<T>(what: string, seconds: number, probe: () => Promise<T | null>): Promise<T> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const value = await probe();
      if (value !== null) return value;
      if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
      await sleep(POLL_MS);
    }
  }

  private async again<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        await this.service.waitUntilReady();
      }
    }
  }
}

function post(url: string, headers: Record<string, string>, body: string): Promise<unknown> {
  return reach(fetch(url, { method: 'POST', headers, body }));
}

async function reach(call: Promise<Response>): Promise<unknown> {
  let answer: Response;
  let text: string;
  try {
    answer = await call;
    text = await answer.text();
  } catch {
    throw new Unanswered('nobody answered');
  }
  if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as unknown;
}
