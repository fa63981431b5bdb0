import type { AlertQuery, AlertStore } from '../../application/ports/alert-store.js';
import type { AlertDraft } from '../../domain/alerts/alert.js';
import { foldCode } from '../../domain/primitives/text.js';
import { alertConditions } from '../readers/alert-where.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';
import { ownersOf } from './finding-owner.js';

/** At most this many in one call: a filter may name a whole year. */
const RETRY_LIMIT = 1_000;

/** Alerts of one transaction. */
export class SqlAlertStore implements AlertStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
  ) {}

  async raise(drafts: readonly AlertDraft[]): Promise<number> {
    if (drafts.length === 0) return 0;
    const rows = drafts.map((draft) => ({
      ...draft,
      id: this.newId(),
      owner_ids: [...new Set(draft.groups.flatMap(({ ownerId }) => ownerId ?? []))],
    }));
    // In the order of their keys: two transactions that raise the same few never wait for each other in a ring.
    const raised = await this.sql.rows(
      `insert into alert (id, key, kind, system, subject, title, body, groups, owner_ids)
       select id, key, kind, system, subject, title, body, groups, owner_ids
       from jsonb_to_recordset($1::jsonb) as n(id uuid, key text, kind text, system text, subject text, title text,
         body text, groups jsonb, owner_ids uuid[]) order by key
       on conflict (key) do nothing returning 1`,
      [JSON.stringify(rows)],
    );
    return raised.length;
  }

  async ownerOf(code: string): Promise<string | null> {
    const sku = await firstRow<{ skuId: string; productId: string }>(
      this.sql,
      'select id as "skuId", product_id as "productId" from sku where code_folded = $1',
      [foldCode(code)],
    );
    return sku ? ((await ownersOf(this.sql, [{ identity: code, ...sku }])).get(code) ?? null) : null;
  }

  async retry({
    ids,
    filter,
  }: {
    ids: readonly string[] | null;
    filter: AlertQuery | null;
  }): Promise<{ ids: string[]; more: number }> {
    const conditions = alertConditions(filter ?? {}).add(ids, (place) => `a.id = any(${place}::uuid[])`);
    // Whoever asks for it asks for a new day of patience, and from the first attempt on.
    const rows = await this.sql.rows<{ id: string; all: number }>(
      `with meant as materialized (select a.id from alert a where a.state <> 'SENT' and ${conditions.where}),
         taken as materialized (select a.id from alert a where a.id in (select id from meant) and a.state <> 'SENT'
           order by a.raised_at, a.id limit ${RETRY_LIMIT} for update of a)
       update alert u set state = 'WAITING', next_attempt_at = clock_timestamp(), attempts = 0, last_error = null,
         patient_until = clock_timestamp() + interval '24 hours'
       from taken where u.id = taken.id returning u.id, (select count(*)::int from meant) as "all"`,
      conditions.values,
    );
    return { ids: rows.map(({ id }) => id), more: Math.max(0, (rows[0]?.all ?? 0) - rows.length) };
  }
}
