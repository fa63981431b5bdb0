import type { FindingDraft } from '../../domain/drift/finding.js';
import type { FieldValues } from '../../domain/primitives/json.js';
import type { Attribution } from '../../domain/publishing/system.js';
import type { Sql } from '../sql.js';
import { joinWholeTables } from './scan-pieces.js';
import { SEEN } from './scan-stage.js';

/** What scan $1 saw that is matched with none of ours. */
export const STRANGERS = `(select u.* from ungoverned_record u join scan_piece k on k.id = u.piece_id and k.seen_in = $1)`;

/** Records of ours that bear another code there than their SKU's: the finding says which. */
const RECODED = `(select f.record_id, fold_code(f.found #>> '{}') as code_folded, f.found #>> '{}' as code from finding f
  where f.kind = 'RECODED' and f.state <> 'RESOLVED')`;

/**
 * Who bears a code there, as far as it may be more than one, as rows of `bearing`: strangers, records of ours that were
 * recoded, and records of ours whose SKU's code one of those bears. What is matched and not recoded bears its SKU's code.
 * Strangers are read once: after an import they are a whole catalogue, and rows that were deleted are read past each time.
 */
export const BEARING = `
  strange as materialized (select n.code_folded, n.code, n.external_id from ${STRANGERS} n where n.entity = 'SKU' and n.code_folded is not null),
  recoded as materialized ${RECODED},
  asked as (select code_folded from strange union select code_folded from recoded),
  bearing as (
    select code_folded, code, external_id from strange
    union all
    select q.code_folded, q.code, r.external_id from recoded q join record r on r.id = q.record_id
    where r.system = $2 and r.external_id is not null and q.code_folded is not null and ${SEEN}
    union all
    select s.code_folded, s.code, r.external_id from asked a join sku s on s.code_folded = a.code_folded join record r on r.sku_id = s.id
    where r.system = $2 and r.match = 'MATCHED' and r.external_id is not null and ${SEEN}
      and not exists (select from recoded q where q.record_id = r.id))`;

/**
 * Does the master hold any SKU? Before the first import it knows no record of any system, and a finding for each of them
 * would say nothing: what they are is told by the onboarding match. From the first SKU on, whatever is unknown is news.
 */
async function masterHolds(sql: Sql): Promise<boolean> {
  return (await sql.rows('select 1 from sku limit 1')).length > 0;
}

interface Stranger {
  external_id: string;
  code: string | null;
  fields: FieldValues | null;
  /** Of its last change, which may have been its making. */
  attribution: Attribution | null;
  root_id: string;
  root_code: string | null;
  /** Of its product, where that is one that nobody is matched with. */
  product: FieldValues | null;
}

/** Its lifecycle is not the variant's. */
function productFields(product: FieldValues | null): FieldValues {
  const { lifecycle, ...rest } = product ?? {};
  return lifecycle === undefined ? rest : { ...rest, 'product.lifecycle': lifecycle };
}

/** SKU records that the master does not know, and codes that more than one record bears. */
export async function strangersOf(sql: Sql, scanId: string, system: string): Promise<FindingDraft[]> {
  if (!(await masterHolds(sql))) return [];
  await joinWholeTables(sql, true);
  const twice = await sql.rows<{
    code: string;
    folded: string;
    ids: string[];
    sku_id: string | null;
    product_id: string | null;
    known: string | null;
  }>(
    `with ${BEARING}
     select min(n.code) as code, n.code_folded as folded, array_agg(n.external_id order by n.external_id) as ids, s.id as sku_id, s.product_id, s.code as known
     from bearing n left join sku s on s.code_folded = n.code_folded
     group by n.code_folded, s.id having count(*) > 1`,
    [scanId, system],
  );
  await joinWholeTables(sql, false);
  // What is told of its product is told of the stranger: whoever adopts it makes that product, too.
  const unknown = await sql.rows<Stranger>(
    `select n.external_id, n.code, n.observed->'fields' as fields, nullif(n.observed->'attribution', 'null') as attribution, n.root_id, n.root_code, p.observed->'fields' as product
     from ${STRANGERS} n
       left join ungoverned_record p on p.system = n.system and p.entity = 'PRODUCT' and p.external_id = n.root_id
     where n.entity = 'SKU' and not exists (
       select from record r where r.system = n.system and r.entity = 'SKU' and r.external_id = n.external_id)
       and not exists (select from sku s where s.code_folded = n.code_folded)`,
    [scanId],
  );
  const bare = { recordId: null, field: null, lastPublished: null };
  return [
    ...twice.map(({ code, folded, ids, sku_id: skuId, product_id: productId, known }): FindingDraft => ({
      ...bare,
      attribution: null,
      identity: `code:${folded}|DUPLICATE`,
      kind: 'DUPLICATE',
      productId,
      skuId,
      target: known ?? code,
      expected: 'one record',
      found: ids,
      severity: 'HIGH',
    })),
    ...unknown.map(
      ({
        external_id: externalId,
        code,
        fields,
        attribution,
        root_id: rootId,
        root_code: rootCode,
        product,
      }): FindingDraft => ({
        ...bare,
        attribution,
        place: { externalId, root: { externalId: rootId, code: rootCode } },
        identity: `external:${externalId}|UNEXPECTED`,
        kind: 'UNEXPECTED',
        productId: null,
        skuId: null,
        target: code ?? externalId,
        expected: null,
        found: { ...productFields(product), ...fields },
        severity: 'LOW',
      }),
    ),
  ];
}
