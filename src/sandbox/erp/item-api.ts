import { createHash } from 'node:crypto';
import type { Answer, Request } from '../loopback-server.js';
import { isPlainObject, parseJson } from '../plain-object.js';
import type { ErpState } from './erp-state.js';
import type { ItemDoc } from './item-doc.js';
import { etagOf, newItem } from './item-doc.js';
import { writeItem } from './item-input.js';

/** As docs/erp-http.openapi.yaml has them. */
const PAGE_LIMIT = 1_000;
const DEFAULT_PAGE = 200;
const KEY_LIMIT = 255;

/** The generic ERP contract: items by code, conditional writes, pages by id. Errors are RFC 9457 problem documents. */
export class ItemApi {
  private readonly state: ErpState;
  /** Who writes of the API's token are put down to. */
  private readonly clientName: string;

  constructor(state: ErpState, clientName: string) {
    this.state = state;
    this.clientName = clientName;
  }

  handle(request: Request): Answer {
    const { method, path, query } = request;
    if (path === '/items' && method === 'GET') {
      const updatedSince = query.get('updatedSince');
      if (updatedSince !== null && Number.isNaN(Date.parse(updatedSince)))
        return problem(400, 'updatedSince is no date-time');
      const since = updatedSince === null ? 0 : Date.parse(updatedSince);
      const isRecent = ({ item }: ItemDoc): boolean => Date.parse(item.updatedAt) >= since;
      return this.page(query, isRecent, (docs) => ({ items: docs.map((doc) => doc.item) }));
    }
    if (path === '/stock' && method === 'GET') {
      return this.page(
        query,
        () => true,
        (docs) => ({ stock: docs.map(({ item }) => ({ code: item.code, onHand: this.state.onHand(item.code) })) }),
      );
    }
    const code = codeOf(path);
    if (code === null) return problem(404, 'no such address');
    if (method === 'GET') {
      const doc = this.state.item(code);
      return doc ? itemAnswer(doc, 200) : problem(404, 'no item has this code');
    }
    return method === 'PUT' ? this.put(code, request) : problem(404, `${method} is not part of the contract`);
  }

  /** Ordered by id, which never changes: rows that come or go between two pages neither repeat nor hide others. */
  private page(query: URLSearchParams, isWanted: (doc: ItemDoc) => boolean, body: (docs: ItemDoc[]) => object): Answer {
    const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT)
      return problem(400, `limit must be 1 to ${PAGE_LIMIT}`);
    const after = query.get('after');
    if (after !== null && !/^\d{1,15}$/.test(after)) return problem(400, 'after is not a cursor of ours');
    const rest = this.state.items().filter((doc) => Number(doc.item.id) > Number(after ?? 0) && isWanted(doc));
    const docs = rest.slice(0, limit);
    const next = rest.length > docs.length ? (docs.at(-1)?.item.id ?? null) : null;
    return { status: 200, json: { ...body(docs), next } };
  }

  private put(code: string, request: Request): Answer {
    if (!this.state.mayWrite) return problem(403, 'this token may not write items');
    const key = request.headers['idempotency-key'];
    if (!key || key.length > KEY_LIMIT)
      return problem(400, `Idempotency-Key of 1 to ${KEY_LIMIT} characters is required`);
    const fingerprint = createHash('sha256').update(`${request.path}\n`).update(request.body).digest('hex');
    const remembered = this.state.answerTo(key);
    if (remembered) {
      if (remembered.fingerprint !== fingerprint)
        return problem(422, 'this Idempotency-Key was used for another request');
      return itemAnswer(remembered.doc, remembered.status);
    }
    const held = this.state.item(code);
    const refusal = checkCondition(request.headers['if-match'], request.headers['if-none-match'], held);
    if (refusal) return refusal;
    const input = parseJson(request.body.toString('utf8'));
    if (!isPlainObject(input)) return problem(400, 'the body must be a JSON object');
    const { item, problems } = writeItem(held?.item ?? newItem(this.state.newId(), code), input, this.state);
    if (problems.length > 0) return problem(422, 'some fields were refused', problems);
    item.updatedAt = this.state.now();
    item.updatedBy = this.clientName;
    const doc: ItemDoc = { item, version: (held?.version ?? 0) + 1 };
    const status = held ? 200 : 201;
    this.state.commit([doc], { key, fingerprint, status, doc });
    return itemAnswer(doc, status);
  }
}

/** RFC 9457. */
export function problem(status: number, detail: string, errors?: object[]): Answer {
  const json = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...(errors ? { errors } : {}) };
  return { status, headers: { 'content-type': 'application/problem+json' }, json };
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

function itemAnswer(doc: ItemDoc, status: number): Answer {
  return { status, headers: { etag: etagOf(doc) }, json: doc.item };
}

/** Every write is conditional: either the item must not be there, or it must be as the client has read it. */
function checkCondition(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
  held: ItemDoc | null,
): Answer | null {
  if ((ifMatch === undefined) === (ifNoneMatch === undefined))
    return problem(400, 'either If-Match or If-None-Match: * is required');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') return problem(400, 'If-None-Match must be *');
    return held ? problem(412, 'the item is there already') : null;
  }
  if (!held) return problem(412, 'the item is not there');
  return ifMatch === etagOf(held) ? null : problem(412, 'the item has changed since it was read');
}

function codeOf(path: string): string | null {
  const match = /^\/items\/([^/]+)$/.exec(path);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1] ?? '');
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
