import { ConnectorError } from '../../../application/ports/connector.js';
import type { RecordOutcome, WriteCommand } from '../../../application/ports/connector.js';
import type { DeliveryFault, ObservedRecord } from '../../../domain/publishing/system.js';
import type { Json } from '../../../domain/primitives/json.js';
import { exchangeSignal, faultOf, networkFault, parsedJson } from '../../faults.js';
import type { ShopifyClient } from '../calling/shopify-client.js';
import type { UserError } from '../calling/shopify-errors.js';
import { refusalOf } from '../calling/shopify-errors.js';
import { BULK_VARIANTS_UPDATE, BULK_WRITE, STAGE_UPLOAD } from '../documents.js';
import type { ProductReader } from '../product-reader.js';
import { recordsOf } from '../product-reader.js';
import { updateInput } from '../product-writer.js';
import { faultFrom, WriteLedger } from '../write-ledger.js';
import type { VariantInput } from '../writing.js';
import { checkedAddress, completed, linesOf } from './bulk-operation.js';

/** How long the operation is waited for; what takes longer is asked after by the deliveries themselves. */
const PATIENCE_MS = 20_000;
const ASK_AGAIN_SECONDS = 5;
/** Variants a line: more is for a call of its own (shopify.md 2.2: lists of input have 250 entries). */
const MOST_VARIANTS = 250;
/** Another mutation, or another step, does these. */
const NOT_IN_BULK = new Set(['lifecycle', 'bundle.components']);

/** One product: what is written of it, and what becomes of that. */
interface Line {
  command: WriteCommand;
  productId: string;
  ledger: WriteLedger;
  variants: VariantInput[];
}

/**
 * Changes variants of many products by one bulk mutation: one line of an uploaded file a product, all or nothing each. It
 * costs one call whatever the number of products, and Shopify works through it by itself.
 */
export class BulkWriter {
  constructor(
    private readonly client: ShopifyClient,
    private readonly reader: ProductReader,
  ) {}

  /** Only changes of values of variants that are there: nothing is made, put on sale or composed by a line. */
  takes({ product, writes }: WriteCommand): boolean {
    return (
      product.root !== null &&
      writes.length <= MOST_VARIANTS &&
      writes.every(
        ({ entity, action, externalId, values }) =>
          entity === 'SKU' &&
          action === 'UPDATE' &&
          externalId !== null &&
          !Object.keys(values).some((field) => NOT_IN_BULK.has(field)),
      )
    );
  }

  /** What became of each command that it takes, in their order. @throws ConnectorError only before anything was sent. */
  async write(commands: readonly WriteCommand[], signal?: AbortSignal): Promise<RecordOutcome[][]> {
    const lines = commands.map((command) => lineOf(command));
    const full = lines.filter(({ variants }) => variants.length > 0);
    if (full.length === 0) return lines.map(({ ledger }) => ledger.outcomes(new Map()));
    const path = await this.upload(full, signal);
    await this.run(full, path, signal);
    const records = await this.readBack(full, signal);
    return lines.map(({ ledger }) => ledger.outcomes(records));
  }

  /** Where Shopify finds the file. Nothing has happened to any product by then. */
  private async upload(lines: readonly Line[], signal: AbortSignal | undefined): Promise<string> {
    const target = { filename: 'skuward.jsonl', mimeType: 'text/jsonl', httpMethod: 'POST' } as const;
    const input = [{ ...target, resource: 'BULK_MUTATION_VARIABLES' as const }];
    const { stagedTargets } = await this.client.mutate(STAGE_UPLOAD, { input }, signal);
    const [staged] = stagedTargets ?? [];
    const path = staged?.parameters.find(({ name }) => name === 'key')?.value;
    if (!staged?.url || path === undefined)
      throw new ConnectorError(faultOf('UNKNOWN', 'Shopify named no place to upload to'));
    const form = new FormData();
    for (const { name, value } of staged.parameters) form.append(name, value);
    const text = lines.map(({ productId, variants }) => JSON.stringify({ productId, variants })).join('\n');
    // The file comes last, or what is said after it is not heard (shopify.md 1.5).
    form.append('file', new Blob([`${text}\n`], { type: 'text/jsonl' }), 'skuward.jsonl');
    try {
      const sent = { method: 'POST', body: form, signal: exchangeSignal(signal) };
      const response = await fetch(checkedAddress(staged.url), sent);
      if (!response.ok)
        throw new ConnectorError(faultOf('TRANSIENT', `the upload was answered with HTTP ${response.status}`));
    } catch (error) {
      throw error instanceof ConnectorError ? error : new ConnectorError(networkFault(error, false));
    }
    return path;
  }

  /** Never throws for what Shopify does: from here on something may have been written, and every line bears its fault. */
  private async run(lines: readonly Line[], path: string, signal: AbortSignal | undefined): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      const clientIdentifier = lines[0]?.command.attemptId ?? null;
      const started = await this.client.mutate(
        BULK_WRITE,
        { mutation: BULK_VARIANTS_UPDATE, path, clientIdentifier },
        signal,
      );
      const id = started.bulkOperation?.id;
      if (id === undefined)
        throw new ConnectorError(faultOf('UNKNOWN', 'Shopify began no bulk mutation', { ambiguous: true }));
      for (const { ledger, command } of lines) await ledger.begun(id, command.writes);
      const both = signal ? AbortSignal.any([signal, patience]) : patience;
      const { url } = await completed(this.client, id, both);
      if (url === null)
        throw new ConnectorError(faultOf('UNKNOWN', `${id} is complete without a result`, { ambiguous: true }));
      await this.readResult(lines, url, both);
    } catch (error) {
      const fault = patience.aborted ? pending() : { ...faultFrom(error), ambiguous: isAmbiguous(error) };
      for (const { ledger } of lines) for (const write of ledger.sound()) ledger.failed(write, fault);
    }
  }

  /** Each line of the result says by its number which line it answers; one that is answered by none is not known of. */
  private async readResult(lines: readonly Line[], url: string, signal: AbortSignal): Promise<void> {
    const unanswered = new Set(lines);
    for await (const texts of linesOf(url, signal)) {
      for (const text of texts) {
        const answer = answerOf(text);
        const line = lines[answer.number];
        if (!line)
          throw new ConnectorError(
            faultOf('UNKNOWN', 'a line of the result answers none of ours', { ambiguous: true }),
          );
        unanswered.delete(line);
        if (answer.fault) for (const write of line.ledger.sound()) line.ledger.failed(write, answer.fault);
      }
    }
    const lost = faultOf('UNKNOWN', 'the result says nothing of this product', { ambiguous: true });
    for (const { ledger } of unanswered) for (const write of ledger.sound()) ledger.failed(write, lost);
  }

  private async readBack(
    lines: readonly Line[],
    signal: AbortSignal | undefined,
  ): Promise<Map<string, ObservedRecord>> {
    const written = lines.filter(({ ledger }) => ledger.sound().length > 0);
    try {
      const read = await this.reader.read(
        written.map(({ productId }) => productId),
        signal,
      );
      const records = read.flatMap((product) => (product === null ? [] : recordsOf(product)));
      return new Map(records.map((each) => [each.externalId, each]));
    } catch (error) {
      const fault = faultFrom(error);
      const message = `sent, but not verified: ${fault.message}`;
      for (const { ledger } of written)
        for (const write of ledger.sound()) ledger.failed(write, { ...fault, message, ambiguous: true });
      return new Map();
    }
  }
}

function lineOf(command: WriteCommand): Line {
  const ledger = new WriteLedger(command);
  const planned = ledger.plan(command.writes, (write) => updateInput(write, write.externalId));
  const variants = planned.map(({ input }) => input).filter((input) => Object.keys(input).length > 1);
  return { command, productId: command.product.root?.externalId ?? '', ledger, variants };
}

function pending(): DeliveryFault {
  return faultOf('TRANSIENT', 'Shopify still works on a bulk mutation of ours', {
    code: 'OPERATION_PENDING',
    retryAfterSeconds: ASK_AGAIN_SECONDS,
    ambiguous: true,
  });
}

/** What refused the start did nothing; whatever went wrong after it leaves open what was done. */
function isAmbiguous(error: unknown): boolean {
  const fault = faultFrom(error);
  return fault.ambiguous || !(fault.class === 'RATE_LIMITED' || fault.class === 'AUTH' || fault.class === 'VALIDATION');
}

interface Answer {
  data?: { productVariantsBulkUpdate?: { userErrors: UserError[] } | null } | null;
  errors?: { message: string }[];
  __lineNumber?: number;
}

function answerOf(text: string): { number: number; fault: DeliveryFault | null } {
  const json: Json | undefined = parsedJson(text);
  const answer: Answer = typeof json === 'object' && json !== null ? (json as object) : {};
  const payload = answer.data?.productVariantsBulkUpdate;
  const number = answer.__lineNumber ?? -1;
  if (payload) return { number, fault: refusalOf(payload.userErrors, [])?.fault ?? null };
  const said = answer.errors?.map(({ message }) => message).join('; ') ?? 'no payload';
  return { number, fault: faultOf('UNKNOWN', `the line was not done: ${said}`, { ambiguous: true }) };
}
