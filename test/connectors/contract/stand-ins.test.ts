import { afterAll, describe, expect, it } from '@jest/globals';
import type { Canned } from '../canned-server.js';
import { startCannedServer } from '../canned-server.js';
import { connectorContract } from './connector-contract.js';
import { startFaultyProxy } from './faulty-proxy.js';
import { httpStandIn, shopifyStandIn } from './sandbox-systems.js';

connectorContract('http, against the stand-in', httpStandIn);
connectorContract('shopify, against the stand-in', shopifyStandIn);

describe('the proxy between', () => {
  const closing: { close(): Promise<void> }[] = [];
  afterAll(() => Promise.all(closing.map((each) => each.close())));

  it('makes trouble for what it was told to, once, and passes the rest on', async () => {
    const answer: Canned = { status: 201, headers: { ETag: '"7"' }, body: '{"a":1}' };
    const target = await startCannedServer([answer]);
    const proxy = await startFaultyProxy(target.url, ({ method }) => method === 'PUT');
    closing.push(proxy, target);
    const ask = (method: string): Promise<Response> => fetch(`${proxy.url}/x?y=1`, { method });
    proxy.strike('write', 'lost');
    proxy.strike('write', 'gateway');
    const read = await ask('GET');
    expect([read.status, read.headers.get('ETag'), await read.text()]).toEqual([201, '"7"', '{"a":1}']);
    await expect(ask('PUT')).rejects.toThrow('fetch failed');
    expect((await ask('PUT')).status).toBe(502);
    expect((await ask('PUT')).status).toBe(201);
    expect(target.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /x?y=1',
      'PUT /x?y=1',
      'PUT /x?y=1',
    ]);
    expect(proxy.mostAtOnce).toBe(1);
  });
});
