import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExchangeGate } from '../../src/connectors/exchange-gate.js';
import { TrytonSession } from '../../src/connectors/tryton/tryton-session.js';
import type { DeliveryFault } from '../../src/domain/publishing/system.js';
import type { Canned, CannedServer } from './canned-server.js';
import { startCannedServer } from './canned-server.js';
import { faultFrom } from './writes.js';

const PASSWORD = 'the-password-of-ours';
const SIGNED_IN: Canned = { body: '{"id":1,"result":[7,"0123abcd"]}' };
const FORGOTTEN: Canned = { status: 401, body: '' };
const PAGE = '<html><head><style>x</style></head><body><h1>Down for maintenance</h1></body></html>';

let server: CannedServer;
let session: TrytonSession;

beforeEach(async () => {
  server = await startCannedServer([]);
  const access = { baseUrl: server.url, database: 'erp', user: 'skuward', password: PASSWORD };
  session = new TrytonSession(access, new ExchangeGate(2));
});
afterEach(() => server.close());

const answer = (content: object): Canned => ({ body: JSON.stringify({ id: 2, ...content }) });
const error = (...args: unknown[]): Canned => answer({ error: args });
const write = (): Promise<unknown> => session.write('model.product.template.write', [[1], {}, {}]);
const read = (): Promise<unknown> => session.read('model.product.template.search_read', [[], {}]);
const methods = (): string[] => server.requests.map(({ body }) => (JSON.parse(body) as { method: string }).method);

/** Each as a write, since only then it matters whether it may have happened. The words are Tryton 6.0's own. */
const TABLE: [string, Canned, Partial<DeliveryFault>][] = [
  [
    'a user error',
    error('UserError', ['The value "12" for field "Code" is not valid', '', null]),
    { class: 'VALIDATION', code: 'UserError', ambiguous: false },
  ],
  [
    'a right that is missing',
    error('UserError', ['You are not allowed to access "Product Variant".', '', null]),
    { class: 'AUTH', ambiguous: false },
  ],
  [
    'a rule that keeps one record from us',
    error('UserError', ['You are not allowed to write to records "5" of "Product Template" because of', '', null]),
    { class: 'VALIDATION', message: expect.stringContaining('records "5"') as never, ambiguous: false },
  ],
  [
    'a record of Tryton’s own',
    error('UserError', ['You are not allowed to modify this record.', '', null]),
    { class: 'VALIDATION', ambiguous: false },
  ],
  [
    'a rule that keeps what is read from us',
    error('UserError', ['You are not allowed to read records "5" of "Cost Price" because of', '', null]),
    { class: 'AUTH', ambiguous: false },
  ],
  [
    'a name that sounds like a refusal',
    error('UserError', ['The value "Access rights, a book that does not exist anymore" is not valid', '', null]),
    { class: 'VALIDATION', ambiguous: false },
  ],
  [
    'a record that is gone',
    error('UserError', ['You are trying to read records "42" of "Product" that don\'t exist anymore.', '', null]),
    { class: 'NOT_FOUND', ambiguous: false },
  ],
  [
    'a code that is taken',
    error('UserError', ['Code of active product must be unique.', '', null]),
    { class: 'CONFLICT', ambiguous: false },
  ],
  [
    'a warning',
    error('UserWarning', ['name.1', 'The cost will change', 'Go on?']),
    { class: 'VALIDATION', message: 'Tryton asks a person to confirm: The cost will change: Go on?', ambiguous: false },
  ],
  [
    'a stale timestamp',
    error('ConcurrencyException', 'Records were modified in the meanwhile'),
    { class: 'CONFLICT', code: 'ConcurrencyException', ambiguous: false },
  ],
  ['one more factor', error('LoginException', ['sms', 'The code', 'char']), { class: 'AUTH', ambiguous: false }],
  [
    'a database that is away',
    error('connection to server at "127.0.0.1", port 5432 failed: Connection refused', ''),
    { class: 'TRANSIENT', code: 'DATABASE', ambiguous: true },
  ],
  ['an error of its own', error("'nope'", ''), { class: 'UNKNOWN', code: 'SERVER_ERROR', ambiguous: true }],
  ['a method that is not there', { status: 403, body: PAGE }, { class: 'AUTH', ambiguous: false }],
  ['a database that is not there', { status: 404, body: PAGE }, { class: 'AUTH', ambiguous: false }],
  ['500', { status: 500, body: PAGE }, { class: 'TRANSIENT', ambiguous: true }],
  [
    '503',
    { status: 503, headers: { 'Retry-After': '9' } },
    { class: 'TRANSIENT', retryAfterSeconds: 9, ambiguous: true },
  ],
  ['413', { status: 413 }, { class: 'VALIDATION', ambiguous: false }],
  [
    'a page',
    { body: PAGE },
    {
      class: 'TRANSIENT',
      code: 'NO_ANSWER',
      message: expect.stringContaining('Down for maintenance') as never,
      ambiguous: true,
    },
  ],
  ['half an answer', { body: '{"id":2,"resu' }, { class: 'TRANSIENT', code: 'NO_ANSWER', ambiguous: true }],
  ['an answer without a result', { body: '{"id":2}' }, { class: 'TRANSIENT', code: 'NO_ANSWER', ambiguous: true }],
  ['a connection that breaks', { instead: 'reset' }, { class: 'TRANSIENT', ambiguous: true }],
  ['an answer that is cut off', { instead: 'truncate', body: PAGE }, { class: 'TRANSIENT', ambiguous: true }],
];

describe('what Tryton answers', () => {
  it.each(TABLE)('%s', async (_, canned, expected) => {
    server.script = [SIGNED_IN, canned];
    expect(await faultFrom(write())).toMatchObject(expected);
    expect(server.requests).toHaveLength(2);
  });

  it.each(TABLE)('%s, to a question: nothing can have happened', async (_, canned) => {
    server.script = [SIGNED_IN, canned];
    expect((await faultFrom(read())).ambiguous).toBe(false);
  });

  it('breaks over a sign-in, which is nobody’s request: it is tried again later, and not three times only', async () => {
    server.script = [error('', ''), SIGNED_IN, answer({ result: [] })];
    expect(await faultFrom(write())).toMatchObject({ class: 'TRANSIENT', code: 'SERVER_ERROR', ambiguous: false });
    expect(await read()).toEqual([]);
  });

  it('keeps no domain of tens of kilobytes', async () => {
    const text = 'x'.repeat(40_000);
    server.script = [SIGNED_IN, error('UserError', [text, '', text])];
    const fault = await faultFrom(write());
    expect(JSON.stringify(fault).length).toBeLessThan(6_000);
  });
});

describe('a session', () => {
  it('is made once, however many ask at the same time', async () => {
    server.script = [SIGNED_IN, answer({ result: [] })];
    await Promise.all([read(), read(), read()]);
    expect(methods().filter((method) => method === 'common.db.login')).toHaveLength(1);
    expect(server.requests[1]?.headers.authorization).toBe(
      `Session ${Buffer.from('skuward:7:0123abcd').toString('base64')}`,
    );
  });

  it('is made again when Tryton has forgotten it, and what was asked is asked once more', async () => {
    server.script = [SIGNED_IN, answer({ result: 1 }), FORGOTTEN, SIGNED_IN, answer({ result: 2 })];
    expect([await read(), await write()]).toEqual([1, 2]);
    expect(methods()).toEqual([
      'common.db.login',
      'model.product.template.search_read',
      'model.product.template.write',
      'common.db.login',
      'model.product.template.write',
    ]);
  });

  it('that is refused is not asked for again at once, by anybody', async () => {
    server.script = [FORGOTTEN];
    const faults = [await faultFrom(read()), await faultFrom(write()), await faultFrom(read())];
    expect(faults.map((fault) => fault.class)).toEqual(['AUTH', 'AUTH', 'AUTH']);
    expect(JSON.stringify(faults)).not.toContain(PASSWORD);
    expect(server.requests).toHaveLength(1);
  });

  it('waits as long as Tryton locks a user out', async () => {
    server.script = [{ status: 429, body: PAGE }];
    expect(await faultFrom(read())).toMatchObject({ class: 'RATE_LIMITED', retryAfterSeconds: 300, ambiguous: false });
  });

  it('is not taken along by one who leaves', async () => {
    server.script = [SIGNED_IN, answer({ result: 1 })];
    const leaving = session.read('model.x.search_read', [], AbortSignal.abort());
    const staying = read();
    expect((await faultFrom(leaving)).class).toBe('TRANSIENT');
    expect(await staying).toBe(1);
  });
});
