import type { ConnectionArgs } from '../connection.js';
import { connection } from '../connection.js';
import type { ShopContext } from '../shop-context.js';
import { search } from '../search.js';
import type { BulkRun } from './bulk-run.js';

type Row = { run: BulkRun; view: object };

/** All operations of the app, old ones too. */
export function bulkOperations(
  args: ConnectionArgs & { query?: string | null; sortKey?: string | null },
  context: ShopContext,
): object {
  const fields = {
    id: ({ run }: Row) => run.id,
    status: ({ run }: Row) => run.status.toLowerCase(),
    operation_type: ({ run }: Row) => run.type.toLowerCase(),
    created_at: ({ run }: Row) => run.createdAt,
  };
  const rows = search(context.bulk.views(), args.query, fields, 'bulkOperations', context);
  // Ids rise with time, so either order is the same.
  return connection(
    rows,
    args,
    context.unpaged,
    ({ run }) => [run.id],
    ({ view }) => view,
  );
}
