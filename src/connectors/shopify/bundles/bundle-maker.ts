import type { RecordWrite, WriteCommand } from '../../../application/ports/connector.js';
import { ConnectorError } from '../../../application/ports/connector.js';
import { faultOf } from '../../faults.js';
import type { CustomId } from '../custom-id.js';
import { BUNDLE_CREATE } from '../documents.js';
import type { Payload, ShopifyClient } from '../calling/shopify-client.js';
import type { WriteLedger } from '../write-ledger.js';
import { unmade } from '../write-ledger.js';
import { hasNoOptions, holdsComponents } from '../writing.js';
import type { BundleOperations } from './bundle-operations.js';
import type { BundledInput } from './bundled-products.js';
import { bundledInput } from './bundled-products.js';
import { relationshipsOf } from './component-writer.js';
import { asForeign } from './foreign-components.js';

/**
 * How long a creation whose answer was lost may still come to light. Shopify gives up on a request after about 10 s
 * (shopify.md 3.1), and its job takes seconds; whoever asks again too early makes a second product.
 */
const LOST_CREATION_SECONDS = 600;
const ASK_AGAIN_SECONDS = 15;

/**
 * Makes products that are bundles. `productBundleCreate` takes a title and components, and nothing by which it could be
 * recognised; nothing protects from making one twice (shopify.md 2.1). So it is made under a title that is our id: the
 * handle that Shopify makes of it can be read strongly, after any crash, until the product has its custom id.
 */
export class BundleMaker {
  constructor(
    private readonly client: ShopifyClient,
    private readonly customId: CustomId,
    private readonly operations: BundleOperations,
  ) {}

  /**
   * NONE where the command makes no product bundle: its product has options or several SKUs, or two components are
   * variants of one product. Such bundles are told by the components of their variant. Else the new product, still
   * without anything but components, or null where it was not made, which its writes then bear.
   * @throws ConnectorError only before anything was sent.
   */
  async make(
    command: WriteCommand,
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<{ productId: string | null } | 'NONE'> {
    const sku = loneBundle(command);
    if (!sku) return 'NONE';
    const [planned] = ledger.plan([sku], relationshipsOf);
    if (!planned) return notMade(command, sku, ledger);
    let productId = await this.customId.findMarked(command.product.id, signal);
    const made = productId !== null;
    const input = made ? [] : await bundledInput(this.client, planned.input, signal);
    if (input === null) return 'NONE';
    if (!made && command.unsettledSeconds !== null && command.unsettledSeconds < LOST_CREATION_SECONDS) {
      throw mayStillCome(LOST_CREATION_SECONDS - command.unsettledSeconds);
    }
    const isThere = await ledger.attempt([sku], async () => {
      productId ??= await this.create(command, input, ledger, signal);
      await this.customId.stamp(productId, command.product.id, signal);
    });
    return isThere ? { productId } : notMade(command, sku, ledger);
  }

  private async create(
    { product, writes }: WriteCommand,
    components: BundledInput[],
    ledger: WriteLedger,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const input = { title: this.customId.markOf(product.id), components };
    const begun = (operation: string): Promise<void> => ledger.begun(operation, writes);
    try {
      const create = (): Promise<Payload<'BundleCreate'>> => this.client.mutate(BUNDLE_CREATE, { input }, signal);
      return await this.operations.run(create, begun, signal);
    } catch (error) {
      throw asForeign(error);
    }
  }
}

/** The bundle that is all that its product is to hold; null where there is more to it. */
function loneBundle({ writes, skus }: WriteCommand): RecordWrite | null {
  const [sku, ...others] = writes.filter(({ entity }) => entity === 'SKU');
  const [product] = writes.filter(({ entity }) => entity === 'PRODUCT');
  if (!sku || others.length > 0 || skus > 1 || !product) return null;
  const isNew = sku.action === 'CREATE' && product.action === 'CREATE';
  return isNew && holdsComponents(sku) && hasNoOptions(sku) ? sku : null;
}

/** Whatever kept the bundle from being made keeps its product from being there. */
function notMade({ writes }: WriteCommand, sku: RecordWrite, ledger: WriteLedger): { productId: null } {
  const fault = ledger.faultOf(sku);
  for (const write of writes) if (write !== sku && fault) ledger.failed(write, unmade(fault));
  return { productId: null };
}

function mayStillCome(seconds: number): ConnectorError {
  const message = 'Shopify was asked to make this bundle and did not say what became of it: it may still appear';
  return new ConnectorError(
    faultOf('TRANSIENT', message, {
      code: 'OPERATION_UNKNOWN',
      retryAfterSeconds: Math.min(ASK_AGAIN_SECONDS, seconds),
    }),
  );
}
