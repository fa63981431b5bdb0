import { systemActor } from '../../domain/actor.js';
import { foldCode } from '../../domain/primitives/text.js';
import type { CsvRow, RowFault } from '../../domain/imports/csv-row.js';
import type { ProductReading } from '../../domain/imports/read-shopify-product.js';
import { readShopifyProduct } from '../../domain/imports/read-shopify-product.js';
import type { ShopifyHeader } from '../../domain/imports/shopify-columns.js';
import { readShopifyHeader } from '../../domain/imports/shopify-columns.js';
import { startScan } from '../drift/start-scan.js';
import type { ImportJob } from '../ports/import-store.js';
import { ImportLost } from '../ports/import-store.js';
import { PAGE_LIMIT } from '../ports/page.js';
import type { Ports } from '../ports/ports.js';
import { CsvFault, csvRows } from './csv-rows.js';
import { reasonOf, takeBatch } from './take-batch.js';

/** SKUs that one transaction creates at most, unless a single product has more. */
const BATCH_SKUS = 1_000;
/** 2,048 variants and 250 images of one product (Shopify's limits); more rows under one handle are no product. */
const PRODUCT_ROWS = 2_500;

/**
 * Takes an uploaded file into the master, in batches, each in a transaction of its own. An import whose process died
 * is taken again from the start: what it had created already is recognised and counted, not rejected.
 * One runner at a time: an import that another has claimed is left to it, and one that was lost meanwhile too.
 * Ends as SUCCEEDED or FAILED; a fault of ours is logged in full and told without internals.
 */
export async function runImport(ports: Ports, id: string): Promise<void> {
  const runner = ports.newId();
  const job = await ports.imports.claim(id, runner);
  if (!job) {
    ports.log('info', 'an import was asked for that is not waiting', { import: id });
    return;
  }
  const run = new ImportRun(ports, job, runner);
  try {
    await readThrough(run, ports.imports.chunks(id));
  } catch (error) {
    if (error instanceof ImportLost) {
      ports.log('warn', 'an import was taken over', { import: id, line: run.lastLine });
      return;
    }
    ports.log('error', 'an import failed', { import: id, error: error instanceof Error ? error.stack : String(error) });
    const told = `something went wrong on our side after line ${run.lastLine}; what was taken before is in`;
    await ports.imports.finish(id, runner, 'FAILED', told);
  }
}

async function readThrough(run: ImportRun, chunks: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const rows of csvRows(chunks)) await run.take(rows);
    await run.end();
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    await run.fail(error);
  }
}

/** One pass over a file: what has been read, what waits for the next transaction, and the counts so far. */
class ImportRun {
  lastLine = 1;
  private header: ShopifyHeader | null = null;
  /** Line of every code so far; 8 bytes and the code's own length each, the only thing that grows with the file. */
  private readonly codes = new Map<string, number>();
  /** Rows of the product that is being read; they stand together in a Shopify export. */
  private group: CsvRow[] = [];
  private groupHandle = '';
  private pending: ProductReading[] = [];
  private pendingSkus = 0;
  private faults: RowFault[] = [];
  private faultCount = 0;
  private rowsRead = 0;
  private skusCreated = 0;
  private rejected = 0;
  private sawSku = false;

  constructor(
    private readonly ports: Ports,
    private readonly job: ImportJob,
    private readonly runner: string,
  ) {}

  async take(rows: readonly CsvRow[]): Promise<void> {
    for (const row of rows) {
      this.lastLine = row.line;
      if (this.header) this.add(row, this.header);
      else this.header = headerOf(row);
      if (this.pendingSkus >= BATCH_SKUS || this.faults.length >= BATCH_SKUS) await this.flush(this.header);
    }
  }

  async end(): Promise<void> {
    if (!this.header) throw new CsvFault(1, null, 'the file has no header line');
    this.closeGroup(this.header);
    await this.flush(this.header);
    if (!this.sawSku) {
      const told = 'CSV_NO_SKUS: no row has a SKU, so nothing could be taken; give the variants SKUs and export again';
      await this.finish('FAILED', told);
      return;
    }
    // Before it is told that the import has ended: whoever waits for that may then wait for the scans.
    if (this.skusCreated > 0) await this.lookAround();
    await this.finish('SUCCEEDED', null);
  }

  /** The file stops being CSV: what stands before that line is taken, nothing behind it is. */
  async fail(fault: CsvFault): Promise<void> {
    const column = fault.cell === null ? null : (this.header?.nameAt(fault.cell) ?? null);
    if (this.header) this.closeGroup(this.header);
    const { line, message } = fault;
    this.faults.push({ line, column, code: 'CSV_INVALID', message, value: null, rejected: true });
    await this.flush(this.header);
    const before = this.skusCreated > 0 ? `; SKUs taken before it: ${this.skusCreated}` : '; nothing was taken';
    const told = `CSV_INVALID: line ${line}: ${message}${before}`;
    await this.finish('FAILED', told);
    if (this.skusCreated > 0) await this.lookAround();
  }

  private async finish(state: 'SUCCEEDED' | 'FAILED', error: string | null): Promise<void> {
    const { ports, job, runner } = this;
    if (!(await ports.imports.finish(job.id, runner, state, error))) throw new ImportLost(job.id);
  }

  private add(row: CsvRow, header: ShopifyHeader): void {
    this.rowsRead += 1;
    const { length } = row.cells;
    if (length < header.width || row.cells.slice(header.width).some((cell) => cell.trim() !== '')) {
      this.reject(row.line, null, 'CSV_INVALID', `the row has ${length} cells, the header has ${header.width}`);
      return;
    }
    this.sawSku ||= header.cell(row.cells, 'sku') !== '';
    const handle = header.cell(row.cells, 'handle').toLowerCase();
    if (handle !== this.groupHandle || handle === '') this.closeGroup(header);
    this.groupHandle = handle;
    if (this.group.length < PRODUCT_ROWS) this.group.push(row);
    else this.reject(row.line, header.nameOf('handle'), 'TOO_MANY', `a product has at most ${PRODUCT_ROWS} rows`);
  }

  private reject(line: number, column: string | null, code: RowFault['code'], message: string): void {
    this.faults.push({ line, column, code, message, value: null, rejected: true });
  }

  private closeGroup(header: ShopifyHeader): void {
    if (this.group.length === 0) return;
    const reading = readShopifyProduct(this.group, header, this.codes);
    this.group = [];
    for (const fault of reading.faults) this.faults.push(fault);
    this.pending.push(reading);
    this.pendingSkus += reading.skus.length;
  }

  /** Takes what waits, in one transaction, and then tells how far the import is. */
  private async flush(header: ShopifyHeader | null): Promise<void> {
    const { ports, job, runner } = this;
    // Before anything is created or told: a runner that stood still must not work beside the one who took over.
    await ports.imports.hold(job.id, runner);
    if (header && this.pendingSkus > 0) {
      const { rest, own } = await this.withoutOwn(this.pending);
      const by = { importId: job.id, actor: job.actor, header, newId: () => ports.newId() };
      const result = await ports.work.run((stores) => takeBatch(stores, rest, by));
      this.skusCreated += result.skusCreated + own;
      for (const fault of result.faults) this.faults.push(fault);
    }
    this.pending = [];
    this.pendingSkus = 0;
    const faults = this.faults.sort((a, b) => a.line - b.line);
    this.faults = [];
    this.rejected += new Set(faults.filter(({ rejected }) => rejected).map(({ line }) => line)).size;
    if (faults.length > 0) await ports.imports.addErrors(job.id, this.faultCount, faults);
    this.faultCount += faults.length;
    const { rowsRead, skusCreated, rejected } = this;
    await ports.imports.progress(job.id, runner, { rowsRead, skusCreated, rejected });
  }

  /** Leaves out what this very import created before its process died: the SKUs' first revision says so. */
  private async withoutOwn(readings: ProductReading[]): Promise<{ rest: ProductReading[]; own: number }> {
    const { catalog } = this.ports;
    const known = await catalog.skusByCodes(readings.flatMap(({ skus }) => skus.map(({ change }) => change.target)));
    const own = new Set<string>();
    for (const sku of known.values()) {
      if (sku.createdAt < this.job.createdAt) continue;
      const { items } = await catalog.revisionsOf(sku.id, { first: PAGE_LIMIT, after: null });
      const first = items.find(({ node }) => node.revision === 1);
      if (first?.node.reason === reasonOf(this.job.id)) own.add(foldCode(sku.code));
    }
    if (own.size === 0) return { rest: readings, own: 0 };
    const rest = readings.map((each) => ({
      ...each,
      skus: each.skus.filter(({ change }) => !own.has(foldCode(change.target))),
    }));
    return { rest, own: own.size };
  }

  /** The master has just learnt of these SKUs: a scan finds out which records of every system are theirs. */
  private async lookAround(): Promise<void> {
    const caller = { actor: systemActor('import'), roles: ['OPERATOR'] as const };
    for (const { code } of await this.ports.operations.systems()) {
      const started = await startScan(this.ports, caller, code, 'FULL');
      // A scan that runs already pairs records at its end, and so sees these SKUs too.
      if (!started.ok) {
        const reasons = started.problems.map(({ message }) => message).join('; ');
        this.ports.log('info', 'no scan was started after an import', { system: code, reasons });
      }
    }
  }
}

function headerOf(row: CsvRow): ShopifyHeader {
  const header = readShopifyHeader(row.cells);
  if (header) return header;
  throw new CsvFault(
    row.line,
    null,
    'there is neither a handle nor a SKU column: this is no product export of Shopify',
  );
}
