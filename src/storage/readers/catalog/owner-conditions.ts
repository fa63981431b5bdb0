import type { OwnerAnswer } from '../../../domain/ownership/owner-question.js';
import type { OwnershipScope } from '../../../domain/ownership/resolve-owner.js';
import type { Sql } from '../../sql.js';
import { inForceSql, winsSql } from '../../stores/ownership-sql.js';
import type { Condition } from '../keyset.js';
import type { Face } from './face.js';
import { inProducts, namedProducts } from './product-conditions.js';
import type { Test } from './tests.js';
import { both, either, isAmong, isNotAmong } from './tests.js';

/** Up to so many names of a scope go into a condition as values, which an index finds; more are looked up row by row. */
const NAMED_LIMIT = 250;

/** What the rules of one scope say to a question: the matches that they answer with yes and with no; null: too many. */
interface ScopeCut {
  yes: string[] | null;
  no: string[] | null;
}

/** Tests of what an owner is asked about, each of its own row. */
export interface OwnerTests {
  /** Of SKU s. */
  sku: Test;
  /** Of product p, as if no SKU of it had a rule of its own. */
  product: Test;
}

interface Asked {
  answer: OwnerAnswer;
  /** Null: now. */
  at: Date | null;
  cuts: ReadonlyMap<OwnershipScope, ScopeCut>;
}

/**
 * SKUs, and products, whose owner answers a question with yes: `ruleOf` in SQL. One statement reads what the rules say
 * to the question, at most a few hundred names of each scope, before any SKU is looked at; one more names products.
 */
export async function ownerTests(sql: Sql, face: Face, answer: OwnerAnswer, at: Date | null): Promise<OwnerTests> {
  const asked = { answer, at, cuts: await readCuts(sql, answer, at) };
  const product = productTest(face, asked);
  return { sku: await skuTest(sql, face, asked, product), product };
}

async function skuTest(sql: Sql, face: Face, asked: Asked, products: Test): Promise<Test> {
  // A SKU that a rule of its own names is decided by it, whatever is said of its product.
  const named = saysYes(asked, 'SKU', 's.code_folded');
  const unnamed = saysNotNo(asked, 'SKU', 's.code_folded');
  if (typeof products === 'boolean') return either(named, both(unnamed, products));
  if (named === false) return both(unnamed, inProducts(face, products));
  const [through] = await namedProducts(sql, face, [products]);
  return either(named, both(unnamed, through ?? false));
}

function productTest(face: Face, asked: Asked): Test {
  const byDefault = asked.cuts.get('DEFAULT');
  const rest = (byDefault?.yes?.length ?? 0) > 0 || (asked.answer.unowned && (byDefault?.no?.length ?? 0) === 0);
  const byVendor = level(asked, 'VENDOR', face.product.vendor, rest);
  return level(asked, 'PRODUCT', 'p.handle_folded', level(asked, 'PRODUCT_TYPE', face.product.type, byVendor));
}

/** One scope: what its rules say; where none names the value, or there is no value, what less specific ones say. */
function level(asked: Asked, scope: OwnershipScope, column: string, below: Test): Test {
  return either(saysYes(asked, scope, column), both(saysNotNo(asked, scope, column), below));
}

function saysYes(asked: Asked, scope: OwnershipScope, column: string): Test {
  const names = asked.cuts.get(scope)?.yes;
  return names === null ? isOwnedBy(asked, scope, column, false) : isAmong(column, names ?? []);
}

function saysNotNo(asked: Asked, scope: OwnershipScope, column: string): Test {
  const cut = asked.cuts.get(scope);
  if (cut?.no !== null) return isNotAmong(column, cut?.no ?? []);
  // Many yes and many no: a page is soon full, and looks its own rows up. Few yes: the list may have to be read to its end,
  // and all that say no are worked out at once.
  return cut.yes === null ? isOwnedBy(asked, scope, column, true) : isNotAnothers(asked, scope, column);
}

/** Whether no rule in force of somebody else wins the column's value. PostgreSQL hashes the rules that do. */
function isNotAnothers({ answer, at }: Asked, scope: OwnershipScope, column: string): Condition {
  return (place) => {
    const then = at === null ? 'statement_timestamp()' : `${place(at)}::timestamptz`;
    return `not exists (select from ownership_rule r where r.scope = '${scope}' and r.match_key = ${column}
      and r.owner_id <> all(${place(answer.ownerIds)}::uuid[]) and ${inForceSql('r', then)} and not exists (
        select from ownership_rule l where l.scope = r.scope and l.match_key = r.match_key
          and (l.created_at, l.id) > (r.created_at, r.id) and ${inForceSql('l', then)}))`;
  };
}

/**
 * Whether the rule that wins the column's value names one of the owners; `unnamed` where no rule names the value. Asked as
 * a value, which is looked up by index for each row: as `exists`, PostgreSQL may work all rules out before the first.
 */
function isOwnedBy({ answer, at }: Asked, scope: OwnershipScope, column: string, unnamed: boolean): Condition {
  return (place) => {
    const then = at === null ? 'statement_timestamp()' : `${place(at)}::timestamptz`;
    return `coalesce((select r.owner_id from ownership_rule r
      where r.scope = '${scope}' and r.match_key = ${column} and ${inForceSql('r', then)}
      order by r.created_at desc, r.id desc limit 1) = any(${place(answer.ownerIds)}::uuid[]), ${unnamed})`;
  };
}

async function readCuts(sql: Sql, answer: OwnerAnswer, at: Date | null): Promise<Asked['cuts']> {
  const then = 'coalesce($2::timestamptz, statement_timestamp())';
  const names = (says: string, owners: string): string => `
    select s.scope, '${says}' as says, n.match_key from unnest($3::text[]) as s(scope) cross join lateral (
      select r.match_key from ownership_rule r
      where r.scope = s.scope and r.owner_id ${owners} and ${winsSql(then)} limit ${NAMED_LIMIT + 1}) n`;
  const scopes: readonly OwnershipScope[] = ['SKU', 'PRODUCT', 'PRODUCT_TYPE', 'VENDOR', 'DEFAULT'];
  const rows = await sql.rows<{ scope: OwnershipScope; says: 'yes' | 'no'; match_key: string }>(
    `${names('yes', '= any($1::uuid[])')} union all ${names('no', '<> all($1::uuid[])')}`,
    [answer.ownerIds, at, scopes],
  );
  const cuts = new Map<OwnershipScope, ScopeCut>();
  for (const [scope, of] of Map.groupBy(rows, (row) => row.scope)) {
    const { yes = [], no = [] } = Object.groupBy(of, (row) => row.says);
    const few = (list: typeof rows): string[] | null =>
      list.length > NAMED_LIMIT ? null : list.map((row) => row.match_key);
    cuts.set(scope, { yes: few(yes), no: few(no) });
  }
  return cuts;
}
