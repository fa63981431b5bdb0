import type { OwnerAnswer } from '../../../domain/ownership/owner-question.js';
import type { OwnershipScope } from '../../../domain/ownership/resolve-owner.js';
import type { Sql } from '../../sql.js';
import { winsSql } from '../../stores/ownership-sql.js';
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
  return names === null ? namedBy(asked, scope, column, 'yes') : isAmong(column, names ?? []);
}

function saysNotNo(asked: Asked, scope: OwnershipScope, column: string): Test {
  const names = asked.cuts.get(scope)?.no;
  if (names !== null) return isNotAmong(column, names ?? []);
  const named = namedBy(asked, scope, column, 'no');
  return (place) => `not ${named(place)}`;
}

/** Whether a rule that wins names the column's value, looked up by index for each row. */
function namedBy({ answer, at }: Asked, scope: OwnershipScope, column: string, says: 'yes' | 'no') {
  return (place: (value: unknown) => string): string => {
    const then = at === null ? 'statement_timestamp()' : `${place(at)}::timestamptz`;
    const owners = `${place(answer.ownerIds)}::uuid[]`;
    return `exists (select from ownership_rule r where r.scope = '${scope}' and r.match_key = ${column}
      and r.owner_id ${says === 'yes' ? `= any(${owners})` : `<> all(${owners})`} and ${winsSql(then)})`;
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
