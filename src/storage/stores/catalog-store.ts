import type { CatalogStore, Stamp, WrittenRevision } from '../../application/ports/catalog-store.js';
import type { ProposedChange } from '../../domain/change/change.js';
import { isOfSku } from '../../domain/change/change.js';
import type { ChangeSet, World } from '../../domain/change/draft.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { Sql } from '../sql.js';
import { writeBundles } from './bundle-writes.js';
import { readWorld } from './catalog-world.js';
import { instantOf, writeProducts, writeSkus } from './catalog-writes.js';

/** The catalogue of one transaction; the only writer of canonical tables. */
export class SqlCatalogStore implements CatalogStore {
  constructor(
    private readonly sql: Sql,
    private readonly newId: () => string,
    private readonly masterCurrency: string,
  ) {}

  world(changes: readonly ProposedChange[], options: { lock: boolean }): Promise<World> {
    return readWorld(this.sql, changes, { ...options, masterCurrency: this.masterCurrency });
  }

  async write(set: ChangeSet, stamp: Stamp): Promise<WrittenRevision[]> {
    const marked = { ...stamp, at: await instantOf(this.sql, set.products, set.skus) };
    const products = await writeProducts(this.sql, set.products, marked, this.newId);
    const skus = await writeSkus(this.sql, set.skus, marked, this.newId);
    await writeBundles(this.sql, set.skus, marked, this.newId);
    return [...products, ...skus];
  }

  async revisionsOf(changes: readonly ProposedChange[]): Promise<Map<string, number>> {
    const codes = changes.flatMap(({ operation, target }) => (isOfSku(operation) ? [foldCode(target)] : []));
    const handles = changes.flatMap(({ operation, target }) => (isOfSku(operation) ? [] : [target]));
    const rows = await this.sql.rows<{ key: string; revision: number }>(
      `select 'SKU:' || code_folded as key, revision from sku where code_folded = any($1)
       union all select 'PRODUCT:' || handle, revision from product where handle = any($2)`,
      [codes, handles],
    );
    return new Map(rows.map(({ key, revision }) => [key, revision]));
  }

  async firstReasons(foldedCodes: readonly string[]): Promise<Map<string, string | null>> {
    const rows = await this.sql.rows<{ code: string; reason: string | null }>(
      `select s.code_folded as code, r.reason from sku s join sku_revision r on r.sku_id = s.id and r.revision = 1
       where s.code_folded = any($1)`,
      [foldedCodes],
    );
    return new Map(rows.map(({ code, reason }) => [code, reason]));
  }

  missingSuccessors(reason: string, limit: number): Promise<{ code: string; successor: string; reason: string }[]> {
    return this.sql.rows(
      `select s.code, s.successor, r.reason from sku s join sku_revision r on r.sku_id = s.id and r.revision = 1
       where s.successor is not null and s.revision = 1 and starts_with(r.reason, $1)
         and not exists (select 1 from sku t where t.code_folded = fold_code(s.successor) collate "C")
       order by s.code_folded limit $2`,
      [reason, limit],
    );
  }
}
