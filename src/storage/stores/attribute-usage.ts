import type { AttributeUsage } from '../../application/ports/attribute-usage.js';
import type { UsedValue } from '../../domain/attributes/definition-impact.js';
import type { LackingGroup, SkuGroup } from '../../domain/attributes/requirement-impact.js';
import type { Sql } from '../sql.js';

/** Groups held in memory at once: a free text may have as many values as there are SKUs. */
const BATCH = 5_000;

/** The first codes of a group; more would not be read. */
const examples = (column: string): string => `(array_agg(${column} order by ${column}))[1:10] as examples`;

/** Reads of one transaction: what they say stays true while the settings are locked. */
export class SqlAttributeUsage implements AttributeUsage {
  constructor(private readonly sql: Sql) {}

  async *values(keys: readonly string[]): AsyncGenerator<UsedValue[]> {
    await this.sql.rows(
      `declare attribute_values no scroll cursor for
       select e.key, e.value, p.product_type as "productType", s.state, count(*)::int as count, ${examples('s.code')}
       from sku s join product p on p.id = s.product_id cross join lateral jsonb_each(s.attributes) e
       where s.attributes ?| $1 and e.key = any($1) and e.value <> 'null' group by 1, 2, 3, 4
       union all
       select e.key, e.value, p.product_type, null, count(*)::int, ${examples('p.handle')}
       from product p cross join lateral jsonb_each(p.attributes) e
       where p.attributes ?| $1 and e.key = any($1) and e.value <> 'null' group by 1, 2, 3`,
      [keys],
    );
    for (;;) {
      const batch = await this.sql.rows<UsedValue>(`fetch ${BATCH} from attribute_values`);
      if (batch.length === 0) break;
      yield batch;
    }
    await this.sql.rows('close attribute_values');
  }

  lacking(keys: readonly string[]): Promise<LackingGroup[]> {
    return this.sql.rows<LackingGroup>(
      `select k.key, p.product_type as "productType", s.state, count(*)::int as count, ${examples('s.code')}
       from sku s join product p on p.id = s.product_id cross join unnest($1::text[]) as k(key)
       where s.state <> 'DRAFT' and coalesce(s.attributes ->> k.key, p.attributes ->> k.key) is null group by 1, 2, 3`,
      [keys],
    );
  }

  groups(): Promise<SkuGroup[]> {
    return this.sql.rows<SkuGroup>(
      `select p.product_type as "productType", s.state, count(*)::int as count, ${examples('s.code')}
       from sku s join product p on p.id = s.product_id group by 1, 2`,
    );
  }
}
