import type { CodeObstacle, CodeToJudge, NamingReader, NamingStore } from '../../application/ports/naming-store.js';
import type { Actor } from '../../domain/actor.js';
import { skeletonOf } from '../../domain/catalog/look-alike.js';
import type { CodeTemplate } from '../../domain/naming/propose-code.js';
import { lowerAscii } from '../../domain/naming/policy.js';
import type { NamingFacts } from '../../domain/naming/segment.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';

/** Change requests that may still create what they propose. */
const OPEN = `('DRAFT', 'VALIDATING', 'IN_REVIEW', 'SCHEDULED', 'CONFLICTED')`;

/** Codes that are looked through at once for the highest of a series: first few, for most often the first is it. */
const FIRST_STEP = 20;
const STEP = 5_000;

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
       from (select * from sku where code_folded > $1 order by code_folded limit $2) s
         join product p on p.id = s.product_id
       order by s.code_folded`,
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

  async highest(template: CodeTemplate): Promise<number> {
    if (template.digits === null) return 0;
    const used = await this.highestOfSkus(template, template.digits);
    const [from, end] = [lowerAscii(template.prefix), lowerAscii(template.suffix)];
    const given = await this.sql.rows<{ code: string }>(
      `select code_folded as code from code_reservation
         where expires_at > clock_timestamp() and starts_with(code_folded, $1) and right(code_folded, length($2)) = $2
       union all
       select h.target_folded from change_request r join change h on h.change_request_id = r.id
         where r.state in ${OPEN} and h.operation = 'SKU_CREATE'
           and starts_with(h.target_folded, $1) and right(h.target_folded, length($2)) = $2`,
      [from, end],
    );
    return given.reduce((highest, { code }) => Math.max(highest, numberOf(code, template) ?? 0), used);
  }

  /**
   * Codes of one length stand in the index in the order of their numbers, so the walk from the highest down ends at its
   * first row, but where other series have the same text in front; those it passes over in ever larger steps.
   */
  private async highestOfSkus(template: CodeTemplate, digits: { least: number; most: number }): Promise<number> {
    const prefix = lowerAscii(template.prefix);
    for (let width = digits.most; width >= digits.least; width -= 1) {
      const length = prefix.length + width + template.suffix.length;
      // A number with more digits than it must have begins with no zero.
      const from = prefix + (width > digits.least ? '1' : '0');
      for (let below = `${prefix}:`, step = FIRST_STEP; ; step = STEP) {
        const rows = await this.sql.rows<{ code: string }>(
          `select code_folded as code from sku
           where length(code_folded) = $1 and code_folded collate "C" >= $2 and code_folded collate "C" < $3
           order by length(code_folded) desc, code_folded collate "C" desc limit $4`,
          [length, from, below, step],
        );
        const hit = rows.map(({ code }) => numberOf(code, template)).find((number) => number !== null);
        if (hit !== undefined) return hit ?? 0;
        if (rows.length < step) break;
        below = rows.at(-1)?.code ?? '';
      }
    }
    return 0;
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

/** The running number of a folded code, where it is of the series. */
function numberOf(code: string, { prefix, suffix, digits }: CodeTemplate): number | null {
  if (digits === null || !code.startsWith(lowerAscii(prefix)) || !code.endsWith(lowerAscii(suffix))) return null;
  const text = code.slice(prefix.length, code.length - suffix.length);
  const fits = /^[0-9]{1,9}$/.test(text) && text.length >= digits.least && text.length <= digits.most;
  return fits && (text.length === digits.least || !text.startsWith('0')) ? Number(text) : null;
}
