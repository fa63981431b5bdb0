import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

const ACTOR = JSON.stringify({ kind: 'SYSTEM', id: 'system:test', name: 'test', partyId: null });

export interface AuditRows {
  productId: string;
  addSku(code: string, state?: string, listedIn?: string[], createdAt?: string): Promise<string>;
  addRecord(skuId: string, system: string, comparedAt: string | null): Promise<void>;
  addScan(system: string, state: string, at: string, error?: string | null): Promise<void>;
  /** A finding with its steps, e.g. ['OPENED', '2026-10-05Z'], in order; it stands as the last step left it. */
  addFinding(target: string, steps: readonly Step[], row?: FindingRow): Promise<string>;
}

type Step = [type: string, at: string];

export interface FindingRow {
  system?: string;
  kind?: string;
  field?: string | null;
  severity?: string;
  state?: string;
  skuId?: string | null;
  owned?: boolean;
  attribution?: object | null;
  recurrences?: number;
}

/** Rows for the audit to count, written as the owner of the tables: a product, a party `merch` and two linked systems to begin with. */
export async function auditRows(owner: DataSource): Promise<AuditRows> {
  const productId = randomUUID();
  const partyId = randomUUID();
  await owner.query(
    `insert into product (id, handle, revision, title, tags, option_names, attributes, created_at, updated_at)
     values ($1, 'tee', 1, 'Tee', '{}', '{}', '[]', '2026-01-01Z', '2026-01-01Z')`,
    [productId],
  );
  await owner.query(
    `insert into party (id, code, code_folded, kind, name, active) values ($1, 'merch', 'merch', 'TEAM', 'Merch', true)`,
    [partyId],
  );
  for (const code of ['erp', 'shopify-us']) {
    await owner.query(
      `insert into system (code, kind, connector, mode, currency, link, health)
       values ($1, case when $1 = 'erp' then 'ERP' else 'SHOPIFY' end, 'x', 'WRITE', 'USD', 'LINKED', 'UP')`,
      [code],
    );
  }
  return {
    productId,
    addSku: (...given) => addSku(owner, productId, ...given),
    addRecord: (...given) => addRecord(owner, productId, ...given),
    addScan: (...given) => addScan(owner, ...given),
    addFinding: (...given) => addFinding(owner, partyId, ...given),
  };
}

async function addSku(
  owner: DataSource,
  productId: string,
  code: string,
  state = 'ACTIVE',
  listedIn = ['erp', 'shopify-us'],
  createdAt = '2026-08-01Z',
) {
  const id = randomUUID();
  await owner.query(
    `insert into sku (id, code, code_folded, kind, state, product_id, revision, title, option_values, option_key,
       requires_shipping, taxable, attributes, listed_in, system_values, created_at, updated_at)
     values ($1, $2, lower($2), 'SIMPLE', $3, $4, 1, 'T', '[]', $2, true, true, '[]', $5, '[]', $6, $6)`,
    [id, code, state, productId, listedIn, createdAt],
  );
  return id;
}

async function addRecord(
  owner: DataSource,
  productId: string,
  skuId: string,
  system: string,
  comparedAt: string | null,
) {
  await owner.query(
    `insert into record (id, system, entity, product_id, sku_id, match, compared_at)
     values ($1, $2, 'SKU', $3, $4, 'MATCHED', $5)`,
    [randomUUID(), system, productId, skuId, comparedAt],
  );
}

async function addScan(owner: DataSource, system: string, state: string, at: string, error: string | null = null) {
  await owner.query(
    `insert into scan (id, system, mode, state, started_by, started_at, finished_at, error)
     values ($1, $2, 'FULL', $3, $4, $5, $5::timestamptz + interval '5 minutes', $6)`,
    [randomUUID(), system, state, ACTOR, at, error],
  );
}

async function addFinding(
  owner: DataSource,
  partyId: string,
  target: string,
  steps: readonly Step[],
  row: FindingRow = {},
) {
  const id = randomUUID();
  const opened = steps.findLast(([type]) => type !== 'RESOLVED')?.[1] ?? steps[0]?.[1];
  const last = steps.at(-1);
  const resolvedAt = last?.[0] === 'RESOLVED' ? last[1] : null;
  await owner.query(
    `insert into finding (id, system, kind, identity, sku_id, target, field, expected, found, severity, state, resolution,
       source, attribution, owner_id, first_seen_at, opened_at, last_seen_at, recurrences, due_at, resolved_at, waived_until)
     values ($1::uuid, $2, $3, $1::uuid::text, $4, $5, $6, '"1"', '"2"', $7, $8, $9, 'FULL_SCAN', $10, $11, $12, $13, $13, $14,
       '2026-12-01Z', $15, case when $8 = 'WAIVED' then '2027-01-01Z'::timestamptz end)`,
    [
      id,
      row.system ?? 'shopify-us',
      row.kind ?? 'FIELD',
      row.skuId ?? null,
      target,
      row.field === undefined ? 'price' : row.field,
      row.severity ?? 'HIGH',
      row.state ?? (resolvedAt === null ? 'OPEN' : 'RESOLVED'),
      resolvedAt === null ? null : 'REVERTED',
      row.attribution === undefined ? null : JSON.stringify(row.attribution),
      row.owned ? partyId : null,
      steps[0]?.[1],
      opened,
      row.recurrences ?? 0,
      resolvedAt,
    ],
  );
  for (const [type, at] of steps) {
    await owner.query(
      `insert into finding_event (id, finding_id, type, at, actor, data) values ($1, $2, $3, $4, $5, '{}')`,
      [randomUUID(), id, type, at, ACTOR],
    );
  }
  return id;
}
