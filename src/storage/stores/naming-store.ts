import type { CodeObstacle, CodeToJudge, NamingReader, NamingStore } from '../../application/ports/naming-store.js';
import type { Actor } from '../../domain/actor.js';
import { skeletonOf } from '../../domain/catalog/look-alike.js';
import type { CodeTemplate } from '../../domain/naming/propose-code.js';
import { lowerAscii } from '../../domain/naming/policy.js';
import type { NamingFacts } from '../../domain/naming/segment.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { firstRow } from '../sql.js';

/** Change requests that may still create what they propose. */
const OPEN = `('DRAFT', 'VALIDATING', 'IN_REVIEW', 'SCHEDULED', 'CONFLICTED')`;

interface JudgedRow {
  id: string;
  code: string;
  state: CodeToJudge['state'];
  option_values: NamingFacts['optionValues'];
  sku_title: string;
  sku_attributes: NamingFacts['sku']['attributes'];
  handle: string;
  title: string;
  vendor: string | null;
  product_type: string | null;
  attributes: NamingFacts['product']['attributes'];
}

export class SqlNamingReader implements NamingReader {
  constructor(protected readonly sql: Sql) {}

  async codes(after: string, limit: number): Promise<CodeToJudge[]> {
    const rows = await this.sql.rows<JudgedRow>(
      `select s.id, s.code, s.state, s.option_values, s.title as sku_title, s.attributes as sku_attributes,
         p.handle, p.title, p.vendor, p.product_type, p.attributes
       from (select * from sku where code_folded collate "C" > $1 order by code_folded collate "C" limit $2) s
         join product p on p.id = s.product_id
       order by s.code_folded collate "C"`,
      [after, limit],
    );
    return rows.map(judgedOf);
  }
}

function judgedOf(row: JudgedRow): CodeToJudge {
  return {
    skuId: row.id,
    code: row.code,
    state: row.state,
    facts: {
      product: {
        handle: row.handle,
        title: row.title,
        vendor: row.vendor,
        productType: row.product_type,
        attributes: row.attributes,
      },
      sku: { title: row.sku_title, attributes: row.sku_attributes },
      optionValues: row.option_values,
    },
  };
}

export class SqlNamingStore extends SqlNamingReader implements NamingStore {
  async lockSeries({ prefix, suffix }: CodeTemplate): Promise<void> {
    const series = JSON.stringify(['code series', lowerAscii(prefix), lowerAscii(suffix)]);
    await this.sql.rows('select pg_advisory_xact_lock(hashtextextended($1, 0))', [series]);
  }

  /**
   * A walk over the codes of the series: an index range, backwards. Where numbers have one width the first hit is the
   * highest, and nothing else is read.
   */
  async highest({ prefix, suffix, digits }: CodeTemplate): Promise<number> {
    if (digits === null) return 0;
    const { least, most } = digits;
    const within = (
      column: string,
    ): string => `${column} collate "C" >= $1::text || '0' and ${column} collate "C" < $1::text || ':'
      and right(${column}, length($2::text)) = $2::text and length(${column}) between length($1::text) + length($2::text) + $3::int and length($1::text) + length($2::text) + $4::int
      and substr(${column}, length($1::text) + 1, length(${column}) - length($1::text) - length($2::text)) ~ '^[0-9]+$'`;
    const highestFirst = (column: string): string =>
      least === most ? `${column} collate "C" desc` : `length(${column}) desc, ${column} collate "C" desc`;
    const row = await firstRow<{ number: number | null }>(
      this.sql,
      `select max(substr(code, length($1::text) + 1, length(code) - length($1::text) - length($2::text))::int) as number from (
         (select code_folded as code from sku where ${within('code_folded')} order by ${highestFirst('code_folded')} limit 1)
         union all
         (select code_folded from code_reservation where expires_at > clock_timestamp() and ${within('code_folded')}
          order by ${highestFirst('code_folded')} limit 1)
         union all
         (select h.target_folded from change_request r join change h on h.change_request_id = r.id
          where r.state in ${OPEN} and h.operation = 'SKU_CREATE' and ${within('h.target_folded')}
          order by ${highestFirst('h.target_folded')} limit 1)) as used`,
      [lowerAscii(prefix), lowerAscii(suffix), least, most],
    );
    return row?.number ?? 0;
  }

  obstacles(codes: readonly string[]): Promise<CodeObstacle[]> {
    const asked = codes.map((code) => ({ code: foldCode(code), skeleton: skeletonOf(code) }));
    return this.sql.rows<CodeObstacle>(
      `with asked as materialized (select * from jsonb_to_recordset($1::jsonb) as a(code text, skeleton text))
       select a.code, 'TAKEN' as why, s.code as by, null::uuid as "partyId"
         from asked a join sku s on s.code_folded = a.code
       union all
       select a.code, 'PROPOSED', 'CR-' || r.number, null
         from asked a join change h on h.target_folded = a.code and h.operation = 'SKU_CREATE'
           join change_request r on r.id = h.change_request_id and r.state in ${OPEN}
       union all
       select a.code, 'RESERVED', v.holder->>'name', v.party_id
         from asked a join code_reservation v on v.code_folded = a.code collate "C" and v.expires_at > clock_timestamp()
       union all
       select a.code, 'LOOKS_LIKE', s.code, null
         from asked a join sku s on s.skeleton = a.skeleton collate "C" and s.code_folded <> a.code
       union all
       select a.code, 'LOOKS_LIKE', v.code, null
         from asked a join code_reservation v on v.skeleton = a.skeleton collate "C" and v.code_folded <> a.code
           and v.expires_at > clock_timestamp()`,
      [JSON.stringify(asked)],
    );
  }

  async reserve(
    codes: readonly string[],
    holder: Actor & { partyId: string },
    { hours, again }: { hours: number; again: boolean },
  ): Promise<{ codes: string[]; until: Date }> {
    await this.sql.rows(
      `delete from code_reservation where code_folded in (
         select code_folded from code_reservation where expires_at <= clock_timestamp()
         order by expires_at limit 1000 for update skip locked)`,
    );
    const rows = await this.sql.rows<{ code: string; until: Date }>(
      `insert into code_reservation as v (code_folded, code, holder, party_id, reserved_at, expires_at)
       select folded, code, $2::jsonb, $3, t.now, t.now + make_interval(hours => $4)
       from jsonb_to_recordset($1::jsonb) as n(folded text, code text), (select clock_timestamp() as now) t
       order by folded
       on conflict (code_folded) do update set code = excluded.code, holder = excluded.holder,
         party_id = excluded.party_id, reserved_at = excluded.reserved_at, expires_at = excluded.expires_at
       where v.expires_at <= excluded.reserved_at or ($5 and v.party_id = excluded.party_id)
       returning code, expires_at as until`,
      [
        JSON.stringify(codes.map((code) => ({ folded: foldCode(code), code }))),
        JSON.stringify(holder),
        holder.partyId,
        hours,
        again,
      ],
    );
    const until = rows[0]?.until ?? new Date(0);
    return { codes: rows.map(({ code }) => code), until };
  }
}
