import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { verifyAudit } from '../../src/application/audit/verify-audit.js';
import { verifyCommand } from '../../src/cli/verify-command.js';
import { EMPTY_CHAIN } from '../../src/domain/audit/audit-chain.js';
import type { World } from '../support/world.js';
import { buildWorld } from '../support/world.js';
import { connect, numberOnce } from './sequencer-kit.js';

const ACTOR = { kind: 'SYSTEM' as const, id: 'system:test', name: 'Tést "x"', partyId: null };

describe('the sealed audit log', () => {
  let world: World;
  let owner: Client;
  let directory: string;
  beforeAll(async () => {
    world = await buildWorld({ worker: false });
    owner = await connect(world.ownerUrl);
    directory = await mkdtemp(join(tmpdir(), 'skuward-audit-'));
    // What the world itself has done is not of interest here, and has no fixed number.
    await owner.query('truncate audit_event, audit_seal');
    for (let batch = 0; batch < 5; batch += 1) {
      const entries = Array.from({ length: 5 }, (_, index) => ({
        actor: ACTOR,
        type: index % 2 === 0 ? 'EVEN' : 'ODD',
        subject: `S-${batch}`,
        data: { index, price: '19.90', ratio: 0.1, large: 1e21, nested: { b: [null, true], a: 'ü\u2028' } },
      }));
      await world.ports.work.run((stores) => stores.audit(entries));
      await numberOnce(world.ports);
    }
  });
  afterAll(async () => {
    await owner.end();
    await world.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Tampers as the owner of the tables, looks, and puts everything back. */
  async function tampered<T>(text: string, look: () => Promise<T>): Promise<T> {
    await owner.query('create table saved_event as table audit_event; create table saved_seal as table audit_seal');
    try {
      await owner.query(text);
      return await look();
    } finally {
      await owner.query(`truncate audit_event, audit_seal; insert into audit_event table saved_event;
        insert into audit_seal table saved_seal; drop table saved_event, saved_seal`);
    }
  }
  const brokenAt = async (from = 1n): Promise<bigint | null> => (await verifyAudit(world.ports, from)).brokenAt;

  it('is intact as it was made, from any place on, and ends in the same head', async () => {
    const whole = await verifyAudit(world.ports, 1n);
    expect(whole).toMatchObject({ intact: true, checked: 25, brokenAt: null, hasMore: false });
    expect(await verifyAudit(world.ports, 17n)).toMatchObject({ intact: true, checked: 9, head: whole.head });
    expect(await verifyAudit(world.ports, 26n)).toMatchObject({ intact: true, checked: 0, head: whole.head });
    expect(await verifyAudit(world.ports, 999n)).toMatchObject({ intact: true, checked: 0, head: whole.head });
    const part = await verifyAudit(world.ports, 1n, { limit: 10 });
    expect(part).toMatchObject({ checked: 10, hasMore: true, head: { sequence: 10n } });
  });

  const event = (sequence: number): string => `id = (select event_id from audit_seal where position = ${sequence})`;
  it.each<[string, string, bigint]>([
    ['data', `update audit_event set data = jsonb_set(data, '{index}', '99') where ${event(7)}`, 7n],
    ['the actor', `update audit_event set actor = actor || '{"name":"Nobody"}' where ${event(1)}`, 1n],
    ['a microsecond', `update audit_event set at = at + interval '1 microsecond' where ${event(25)}`, 25n],
    ['the type', `update audit_event set type = 'OTHER' where ${event(3)}`, 3n],
    ['an event that is gone', `delete from audit_event where ${event(12)}`, 12n],
    ['a seal that is gone', 'delete from audit_seal where position = 12', 12n],
    [
      'event and seal both gone',
      `delete from audit_event where ${event(12)}; delete from audit_seal where position = 12`,
      12n,
    ],
    ['a hash', `update audit_seal set hash = sha256('x') where position = 9`, 9n],
    [
      'two events that changed places',
      `alter table audit_seal drop constraint audit_seal_event_id_key;
      update audit_seal a set event_id = b.event_id from audit_seal b where a.position + b.position = 21 and a.position in (10, 11);
      alter table audit_seal add constraint audit_seal_event_id_key unique (event_id)`,
      10n,
    ],
    ['what pages are found by', `update audit_seal set subject = 'elsewhere' where position = 4`, 4n],
  ])('tells where it was broken: %s', async (_, text, sequence) => {
    expect(await tampered(text, () => brokenAt())).toBe(sequence);
  });

  it('cannot be changed by the application, not even by its SQL', async () => {
    for (const text of ['update audit_event set type = $1', 'delete from audit_seal where type = $1']) {
      await expect(world.database.source.query(text, ['x'])).rejects.toThrow(/permission denied/);
    }
    for (const table of ['feed_position', 'feed_epoch', 'audit_seal']) {
      await expect(world.database.source.query(`truncate ${table}`)).rejects.toThrow(/permission denied/);
    }
  });

  it('is read newest first, by subject and type, in pages', async () => {
    const { auditLog } = world.ports;
    const all = { subject: null, type: null };
    const first = await auditLog.events({ first: 10, after: null }, all);
    expect(first.items.map(({ node }) => node.sequence)).toEqual([
      '25',
      '24',
      '23',
      '22',
      '21',
      '20',
      '19',
      '18',
      '17',
      '16',
    ]);
    const next = await auditLog.events({ first: 250, after: first.items.at(-1)?.cursor ?? null }, all);
    expect(next.items.length).toBe(15);
    const some = await auditLog.events({ first: 250, after: null }, { subject: 'S-2', type: 'ODD' });
    expect(some.items.map(({ node }) => [node.subject, node.type, node.sequence])).toEqual([
      ['S-2', 'ODD', '14'],
      ['S-2', 'ODD', '12'],
    ]);
    expect(await some.totalCount()).toBe(2);
    expect((await auditLog.events({ first: 5, after: null }, { subject: 's-2', type: null })).items).toEqual([]);
  });

  it('hides an event until it is sealed', async () => {
    const count = async (): Promise<number> =>
      (await world.ports.auditLog.events({ first: 1, after: null }, { subject: 'late', type: null })).items.length;
    await world.ports.work.run((stores) => stores.audit([{ actor: ACTOR, type: 'T', subject: 'late', data: {} }]));
    expect(await count()).toBe(0);
    await numberOnce(world.ports);
    expect(await count()).toBe(1);
  });

  describe('from the command line', () => {
    const run = async (...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> => {
      const said = { out: [] as string[], err: [] as string[] };
      const io = {
        out: (line: string) => void said.out.push(line),
        err: (line: string) => void said.err.push(line),
        isTty: false,
        env: { url: null, key: null },
      };
      const code = await verifyCommand(args, io, () =>
        Promise.resolve({ ports: world.ports, close: () => Promise.resolve() }),
      );
      return { code, ...said };
    };
    const file = (name: string): string => join(directory, name);

    it('verifies, exports, and verifies the export without a database', async () => {
      const database = await run();
      expect(database).toMatchObject({
        code: 0,
        out: [expect.stringMatching(/^intact: events checked: 26, head: 26:[0-9a-f]{64}$/)],
      });
      expect(await run('--export', file('all.jsonl'))).toMatchObject({ code: 0 });
      expect(await run('--file', file('all.jsonl'))).toEqual(database);
      const anchor = database.out[0]?.split('head: ')[1] ?? '';
      expect((await run('--anchor', anchor)).code).toBe(0);
      expect((await run('--file', file('all.jsonl'), '--anchor', anchor)).code).toBe(0);
      const other = anchor.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
      for (const args of [
        ['--anchor', other],
        ['--file', file('all.jsonl'), '--anchor', other],
      ]) {
        expect(await run(...args)).toMatchObject({ code: 1, err: [expect.stringContaining('rewritten, or cut off')] });
      }
      await run('--from', '10', '--export', file('part.jsonl'));
      expect(await run('--file', file('part.jsonl'))).toMatchObject({
        code: 0,
        out: [expect.stringContaining('checked: 17'), expect.stringContaining('begins after 9:')],
      });
    });

    it.each<[string, (lines: string[]) => string[], RegExp]>([
      [
        'a changed value',
        (lines) => lines.with(4, (lines[4] ?? '').replace('19.90', '19.91')),
        /line 5: the hash of sequence 5/,
      ],
      ['a line that is gone', (lines) => lines.toSpliced(4, 1), /line 5: sequence 5 is missing/],
      [
        'another event under the same hashes',
        (lines) => lines.with(4, (lines[4] ?? '').replace('"type"', '"more":1,"type"')),
        /line 5: it has fields beside its own/,
      ],
      ['no JSON', (lines) => lines.with(2, '{'), /line 3: it is no JSON/],
      ['no event', (lines) => lines.with(2, '[]'), /line 3: it has no event/],
      [
        'a hash of another chain',
        (lines) => lines.with(0, (lines[0] ?? '').replace(/"previous":"0/, '"previous":"1')),
        /line 1: the first record/,
      ],
      ['an empty file', () => [], /holds no event/],
    ])('tells what is wrong with an export: %s', async (_, change, told) => {
      await run('--export', file('whole.jsonl'));
      const lines = (await readFile(file('whole.jsonl'), 'utf8')).trimEnd().split('\n');
      await writeFile(
        file('changed.jsonl'),
        change(lines)
          .map((line) => `${line}\n`)
          .join(''),
      );
      expect(await run('--file', file('changed.jsonl'))).toMatchObject({ code: 1, err: [expect.stringMatching(told)] });
    });

    it('leaves no file of a broken log, and says where it is broken', async () => {
      const broken = `update audit_event set subject = 'x' where ${event(6)}`;
      const answer = await tampered(broken, () => run('--export', file('broken.jsonl')));
      expect(answer).toMatchObject({ code: 1, err: [expect.stringContaining('broken at sequence 6')] });
      await expect(readFile(file('broken.jsonl'))).rejects.toThrow('ENOENT');
    });

    it.each([
      ['--from', '0'],
      ['--from', '1e3'],
      ['--anchor', '7'],
      ['--file', 'nowhere'],
      ['--file', 'a', '--from', '2'],
      ['--shout'],
    ])('refuses %s %s', async (...args) => {
      expect(await run(...args)).toMatchObject({ code: 1, out: [] });
    });
  });

  it('begins with nothing, and says so', async () => {
    const empty = await tampered('truncate audit_event, audit_seal', () => verifyAudit(world.ports, 1n));
    expect(empty).toEqual({ intact: true, checked: 0, brokenAt: null, head: EMPTY_CHAIN, hasMore: false });
  });
});
