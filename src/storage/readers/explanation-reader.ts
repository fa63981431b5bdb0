import type {
  ExplanationReader,
  FieldRecord,
  ValueObservation,
  ValueOrigin,
} from '../../application/ports/explanation-reader.js';
import { kindOfField } from '../../domain/drift/finding.js';
import type { FieldValues, Json } from '../../domain/primitives/json.js';
import type { RecordEntity } from '../../domain/publishing/system.js';
import type { MasterPlace } from '../../domain/truth/explanation.js';
import type { Sql } from '../sql.js';
import type { RecordRow } from '../stores/lane-records.js';
import { readLaneFacts, recordsIn } from '../stores/lane-records.js';
import { COMPARED_AT } from './coverage-reader.js';

const REVISIONS = {
  SKU: { table: 'sku_revision', owner: 'sku_id' },
  PRODUCT: { table: 'product_revision', owner: 'product_id' },
} as const;

/** Of record r: whose it is, in the terms of whoever asks. */
const OF: Readonly<Record<RecordEntity, string>> = { SKU: 'r.sku_id', PRODUCT: 'r.product_id' };

/** Of finding f: where the stranger is that has become the record of whoever asks; a new product was made for its first SKU. */
const STRANGER: Readonly<Record<RecordEntity, string>> = { SKU: 'f.external_id', PRODUCT: 'f.root_id' };

interface Row extends RecordRow {
  comparedAt: Date | null;
  unreadable: string[];
  deliveryId: string | null;
  broughtAt: Date | null;
  /** Wrapped, because the value may be null. */
  written: [Json] | null;
  findingId: string | null;
}

/** Why fields are as they are. */
export class SqlExplanationReader implements ExplanationReader {
  constructor(private readonly sql: Sql) {}

  /**
   * A value that was never changed is as the first revision had it, which need not name what it left empty. Changes tell of
   * what is kept key by key either by its key or as a whole.
   */
  origins(ids: readonly string[], { entity, name, key }: MasterPlace, asOf: Date | null): Promise<ValueOrigin[]> {
    const { table, owner } = REVISIONS[entity];
    return this.sql.rows<ValueOrigin>(
      `select a.id as "ofId", coalesce(case when $3::text is null then n.snapshot->$2 else n.snapshot->$2->$3 end, 'null') as value,
         o.revision, o.actor, o.valid_from as at, o.reason, o.change_request_id as "changeRequestId"
       from (select distinct unnest($1::uuid[]) as id) a
       cross join lateral (select v.revision, v.snapshot from ${table} v
         where v.${owner} = a.id and ($4::timestamptz is null or v.valid_from <= $4::timestamptz) order by v.revision desc limit 1) n
       cross join lateral (select v.* from ${table} v where v.${owner} = a.id and v.revision <= n.revision
         and (v.revision = 1 or exists (select from jsonb_array_elements(v.changes) c where c->>'field' = $2 || '.' || $3
           or c->>'field' = $2 and ($3::text is null or c->'from'->$3 is distinct from c->'to'->$3)))
         order by v.revision desc limit 1) o`,
      [ids, name, key, asOf],
    );
  }

  /**
   * What an owner said is kept with the request that took it over. What was found, and adopted by people or by a rule, is
   * in the events of its finding: the last that was seen before the adoption was proposed. A stranger that was adopted has
   * brought all that it showed, but for its state: that is the master's DRAFT.
   */
  observations(
    of: readonly { ofId: string; changeRequestId: string }[],
    field: string,
    entity: RecordEntity,
  ): Promise<ValueObservation[]> {
    if (of.length === 0) return Promise.resolve([]);
    const asked = of.map(({ ofId, changeRequestId }) => ({ of_id: ofId, request: changeRequestId }));
    return this.sql.rows<ValueObservation>(
      `with asked as (select * from jsonb_to_recordset($1::jsonb) as t(of_id uuid, request uuid)),
       theirs as (select a.of_id, a.request, r.id, r.system, r.external_id from asked a
         join record r on ${OF[entity]} = a.of_id and r.entity = $3)
       select t.of_id as "ofId", t.request as "changeRequestId", t.system, v.source, coalesce(v.found, 'null') as found, v.at,
         v.attribution, v.finding_id as "findingId", v.policy_version as "policyVersion"
       from theirs t join taken_value v on v.change_request_id = t.request and v.record_id = t.id and v.field = $2
       union all
       select t.of_id, t.request, t.system, s.data->>'source', coalesce(s.data->'found', 'null'), s.at,
         case when f.found = s.data->'found' then f.attribution end, f.id, null
       from theirs t cross join unnest($4::text[]) as k(kind)
         join finding f on f.system = t.system and f.identity = t.id || k.kind
         join finding_event p on p.finding_id = f.id and p.type = 'ADOPTION_PROPOSED' and p.data->>'changeRequestId' = t.request::text
         cross join lateral (select e.data, e.at from finding_event e where e.finding_id = f.id and e.at <= p.at
           and e.type in ('OPENED', 'REFRESHED', 'REOPENED') order by e.at desc, e.id desc limit 1) s
       union all
       (select distinct on (t.of_id, t.system) t.of_id, t.request, t.system, f.source, f.found->$2, s.at, f.attribution, f.id, null::int
       from theirs t join finding f on f.change_request_id = t.request and f.system = t.system and f.kind = 'UNEXPECTED'
           and f.resolution = 'ADOPTED' and ${STRANGER[entity]} = t.external_id and f.found ? $2
         cross join lateral (select e.at from finding_event e where e.finding_id = f.id
           and e.type in ('OPENED', 'REFRESHED', 'REOPENED') order by e.at desc, e.id desc limit 1) s
       where $2 <> 'lifecycle' order by t.of_id, t.system, f.id)`,
      [JSON.stringify(asked), field, entity, identitiesOf(field)],
    );
  }

  async records(ids: readonly string[], field: string, entity: RecordEntity): Promise<FieldRecord[]> {
    const rows = await this.sql.rows<Row>(
      `select r.*, ${COMPARED_AT} as "comparedAt", a.delivery_id as "deliveryId", a.settled_at as "broughtAt",
         case when a.delivery_id is not null then jsonb_build_array(a.expected->$2) end as written, f.id as "findingId",
         (select coalesce(jsonb_agg(c->>'field'), '[]') from jsonb_array_elements(coalesce(r.not_covered, '[]')) c
           where c->>'reason' = 'UNREADABLE') as unreadable
       from record r left join scan_piece k on k.id = r.piece_id
         left join lateral (select a.delivery_id, a.settled_at, a.expected from attempt a where a.record_id = r.id
           and a.outcome in ('CONFIRMED', 'ECHO') and a.expected ? $2 order by a.sent_at desc limit 1) a on true
         left join finding f on f.system = r.system and f.identity = r.id || $4 and f.state <> 'RESOLVED'
       where ${OF[entity]} = any($1::uuid[]) and r.entity = $3 order by r.system, r.id`,
      [ids, field, entity, `|${kindOfField(field)}|${field}`],
    );
    const facts = await readLaneFacts(this.sql, rows);
    const systems = [...new Set(rows.map(({ system }) => system))].map((code) => ({ code, ...recordsIn(facts, code) }));
    const known = new Map(systems.flatMap(({ records }) => records.map((record) => [record.id, record])));
    const states = new Map(systems.flatMap((of) => [...of.states].map(([id, some]) => [`${of.code} ${id}`, some])));
    return rows.flatMap((row): FieldRecord[] => {
      const [record, product] = [known.get(row.id), facts.products.get(row.product_id)];
      if (!record || !product) return [];
      return [{ ...fieldRecordOf(row), record, product, states: states.get(`${row.system} ${row.product_id}`) ?? [] }];
    });
  }
}

function fieldRecordOf(row: Row): Omit<FieldRecord, 'record' | 'product' | 'states'> {
  const { system, observed, unreadable, comparedAt, deliveryId, broughtAt, written, findingId } = row;
  const isBrought = deliveryId !== null && broughtAt !== null && written !== null;
  const brought = isBrought ? { deliveryId, at: broughtAt, value: written[0] } : null;
  return { system, observed: observed as FieldValues | null, unreadable, comparedAt, brought, findingId };
}

/** Findings whose adoption brings a value of the field: also a record that was missed, which retires its SKU. */
function identitiesOf(field: string): string[] {
  const own = `|${kindOfField(field)}|${field}`;
  return field === 'lifecycle' ? [own, '|MISSING|'] : [own];
}
