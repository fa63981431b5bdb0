import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError } from '../../../application/ports/connector.js';
import type { DeliveryFault } from '../../../domain/publishing/system.js';
import { faultOf, networkFault } from '../../faults.js';
import { BUNDLE_OPERATION } from '../documents.js';
import type { ShopifyClient } from '../calling/shopify-client.js';
import type { UserError } from '../calling/shopify-errors.js';
import { userFault } from '../calling/shopify-errors.js';

/** `productOperation`, as far as it is selected; null for one that Shopify does not know, or no more. */
interface Operation {
  status: string;
  product: { id: string } | null;
  userErrors?: UserError[];
}

/**
 * How long a job is waited for. Of the 60 s in which a claim may send, as much must be left for what follows it: prices,
 * publications, the read that verifies. What takes longer is asked for by the next claim.
 */
const WAIT_MILLISECONDS = 15_000;
const FIRST_POLL_MILLISECONDS = 100;
const SLOWEST_POLL_MILLISECONDS = 2_000;
/** When the next claim asks again. */
const ASK_AGAIN_SECONDS = 5;

/**
 * The jobs behind productBundleCreate and productBundleUpdate. Their errors come long after the mutation succeeded, and
 * there is no status for failure: `COMPLETE` with errors is one (shopify.md 2.2 [V]).
 */
export class BundleOperations {
  constructor(private readonly client: ShopifyClient) {}

  /**
   * Begins a job and follows it to its end; answers the id of its product.
   * @param begun is told the job's id before it is waited for.
   * @throws ConnectorError what the mutation or the job refused. OPERATION_PENDING, ambiguous, where it did not end in time.
   */
  async run(
    begin: () => Promise<{ productBundleOperation: { id: string } | null }>,
    begun: (operation: string) => Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const id = (await begin()).productBundleOperation?.id;
    if (id === undefined) throw unclear('Shopify began no bundle operation');
    await begun(id);
    const { product, userErrors = [] } = await this.ended(id, signal);
    const fault = this.faultOf(userErrors);
    if (fault) throw new ConnectorError(fault);
    if (!product) throw unclear(`${id} is complete without a product`);
    return product.id;
  }

  /** Those of the jobs that still go on. One that Shopify does not know any more is over. @throws ConnectorError */
  async running(ids: readonly string[], signal: AbortSignal | undefined): Promise<string[]> {
    const running: string[] = [];
    for (const id of ids) {
      const operation = await this.read(id, signal);
      if (operation && operation.status !== 'COMPLETE') running.push(id);
    }
    return running;
  }

  private async ended(id: string, signal: AbortSignal | undefined): Promise<Operation> {
    const end = performance.now() + WAIT_MILLISECONDS;
    try {
      for (
        let wait = FIRST_POLL_MILLISECONDS;
        performance.now() < end;
        wait = Math.min(wait * 1.5, SLOWEST_POLL_MILLISECONDS)
      ) {
        await pause(wait, signal);
        const operation = await this.read(id, signal);
        if (operation?.status === 'COMPLETE') return operation;
      }
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      // It goes on all the same: whatever kept us from watching says nothing about it.
      throw pending(`${id} is not known to have ended: ${error.fault.message}`, error.fault);
    }
    throw pending(`${id} goes on`, faultOf('TRANSIENT', '', { retryAfterSeconds: ASK_AGAIN_SECONDS }));
  }

  private async read(id: string, signal: AbortSignal | undefined): Promise<Operation | null> {
    const { data } = await this.client.query(BUNDLE_OPERATION, { id }, signal);
    return data.productOperation;
  }

  /** All that a job says is wrong, by its first error. */
  private faultOf(errors: UserError[]): DeliveryFault | null {
    const [first] = errors;
    if (!first) return null;
    const message = errors.map((error) => error.message).join('; ');
    return userFault({ ...first, message }, this.client.secrets);
  }
}

function pending(message: string, fault: DeliveryFault): ConnectorError {
  const { retryAfterSeconds } = fault;
  const errorClass = fault.class === 'AUTH' || fault.class === 'RATE_LIMITED' ? fault.class : 'TRANSIENT';
  return new ConnectorError(
    faultOf(errorClass, message, { code: 'OPERATION_PENDING', retryAfterSeconds, ambiguous: true }),
  );
}

function unclear(message: string): ConnectorError {
  return new ConnectorError(faultOf('UNKNOWN', message, { ambiguous: true }));
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw new ConnectorError(networkFault(error, true));
  }
}
