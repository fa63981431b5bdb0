import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { Source } from '../../src/storage/data-source.js';
import { openSource } from '../../src/storage/data-source.js';
import { faultsOfRole } from '../../src/storage/postgres/role-faults.js';
import { sqlOver } from '../../src/storage/sql.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { freshDatabase } from '../support/fresh-database.js';
import { testFact } from '../support/test-facts.js';

describe('the rights of the role that the service runs as', () => {
  let database: FreshDatabase;
  let admin: Client;
  const role = `role_${randomBytes(4).toString('hex')}`;
  const group = `${role}_group`;

  beforeAll(async () => {
    database = await freshDatabase();
    admin = new Client({ connectionString: withPath(testFact('ADMIN_URL'), database.ownerUrl) });
    await admin.connect();
    await admin.query(`create role ${role} login password 'secret'; create role ${group};
      grant usage on schema public to ${role}; grant select, insert on all tables in schema public to ${role}`);
  });
  afterAll(async () => {
    await admin.query(`drop owned by ${role}, ${group}; drop role ${role}; drop role ${group}`);
    await admin.end();
    await database.drop();
  });

  async function faults(url: string): Promise<string[]> {
    const source: Source = await openSource(url);
    try {
      return await faultsOfRole(sqlOver(source));
    } finally {
      await source.destroy();
    }
  }
  async function faultsAfter(grant: string, revoke: string): Promise<string[]> {
    const url = new URL(database.appUrl);
    url.username = role;
    url.password = 'secret';
    await admin.query(grant);
    try {
      return await faults(url.href);
    } finally {
      await admin.query(revoke);
    }
  }

  it('are none too many for the role that the embedded database makes', async () => {
    expect(await faults(database.appUrl)).toEqual([]);
  });

  it('are too many for the owner and for a superuser', async () => {
    expect(await faults(database.ownerUrl)).toEqual([
      expect.stringMatching(/skuward_owner .* owns .*api_key.* more tables/),
    ]);
    expect(await faults(withPath(testFact('ADMIN_URL'), database.ownerUrl))).toEqual([
      expect.stringContaining('is a superuser'),
    ]);
  });

  it.each([
    ['nothing more', 'select 1', 'select 1', null],
    ['UPDATE', 'grant update on sku_revision to ROLE', 'revoke update on sku_revision from ROLE', 'sku_revision'],
    [
      'UPDATE of one column',
      'grant update (data) on audit_event to ROLE',
      'revoke update (data) on audit_event from ROLE',
      'audit_event',
    ],
    ['DELETE', 'grant delete on feed_position to ROLE', 'revoke delete on feed_position from ROLE', 'feed_position'],
    ['TRUNCATE', 'grant truncate on audit_seal to ROLE', 'revoke truncate on audit_seal from ROLE', 'audit_seal'],
    [
      'DELETE by PUBLIC',
      'grant delete on feed_entry to public',
      'revoke delete on feed_entry from public',
      'feed_entry',
    ],
    [
      'DELETE by a group that it must be set to',
      'grant delete on decision to GROUP; grant GROUP to ROLE with inherit false, set true',
      'revoke GROUP from ROLE; revoke delete on decision from GROUP',
      'decision',
    ],
    [
      'UPDATE where the comment no longer says append-only',
      `comment on table sku_revision is 'x'; grant update on sku_revision to ROLE`,
      `comment on table sku_revision is 'append-only'; revoke update on sku_revision from ROLE`,
      'sku_revision',
    ],
    ['UPDATE of what is meant to change', 'grant update on sku to ROLE', 'revoke update on sku from ROLE', null],
    ['membership in the owner', 'grant skuward_owner to ROLE', 'revoke skuward_owner from ROLE', 'member of the owner'],
    ['being a superuser', 'alter role ROLE superuser', 'alter role ROLE nosuperuser', 'superuser'],
  ])('are asked of the database: %s', async (_, grant, revoke, told) => {
    const named = (text: string): string => text.replaceAll('ROLE', role).replaceAll('GROUP', group);
    const found = await faultsAfter(named(grant), named(revoke));
    expect(found).toEqual(told === null ? [] : [expect.stringContaining(told)]);
  });
});

function withPath(url: string, of: string): string {
  return Object.assign(new URL(url), { pathname: new URL(of).pathname }).href;
}
