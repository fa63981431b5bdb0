import type { ApiKey, ApiKeyReader } from '../../application/ports/party-store.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

type LiveKey = ApiKey & { partyName: string | null; partyActive: boolean };

/** Looks keys up by their hash; nothing is cached, so that a revoked key ends with the next call. */
export class SqlApiKeyReader implements ApiKeyReader {
  constructor(private readonly sql: Sql) {}

  liveKey(hash: Buffer): Promise<LiveKey | null> {
    return firstRow<LiveKey>(
      this.sql,
      `select k.id, k.name, k.party_id as "partyId", k.roles, k.expires_at as "expiresAt", p.name as "partyName",
         coalesce(p.active, false) as "partyActive"
       from api_key k left join party p on p.id = k.party_id
       where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`,
      [hash],
    );
  }
}
