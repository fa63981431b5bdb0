import type { Connector, WriteCommand } from '../../../src/application/ports/connector.js';
import type { FieldValues } from '../../../src/domain/primitives/json.js';
import type { ObservedRecord } from '../../../src/domain/publishing/system.js';
import { observedOf } from '../writes.js';
import type { FaultyProxy } from './faulty-proxy.js';

/** What others do in a system, past us: people, apps, other integrations. */
export interface OtherHands {
  /** Somebody sets a price. Answers who, as the system names them; null where it names nobody. */
  setPrice(code: string, price: string): Promise<string | null>;
  remove(code: string): Promise<void>;
  /** What somebody makes of a kit: the whole list. */
  setComponents(code: string, lines: readonly { code: string; quantity: number }[]): Promise<void>;
  /** A stock-take; not there where the system keeps no stock. */
  count?(code: string, onHand: string): Promise<void>;
}

/** One system under contract: a stand-in, or a real one. */
export interface ContractSystem {
  /** The connector's only way to it. */
  proxy: FaultyProxy;
  /** A connector that remembers nothing from before; with another secret (password, token), if one is given. */
  connect(changes?: { secret?: string; concurrency?: number }): Connector;
  /** Creates one product of SKUs with these codes. `values` stand for those of each SKU, where given. */
  productOf(attemptId: string, codes: readonly string[], values?: FieldValues): WriteCommand;
  /** Everything that a SKU has a place for there, and a value that the system takes as it is. */
  readonly full: FieldValues;
  /** Values of `full` that may be empty. */
  readonly clearable: readonly string[];
  /** What the system refuses for a reason of its own. */
  readonly refused: FieldValues;
  readonly hands: OtherHands;
  close(): Promise<void>;
}

/** A system with a connector of its own, and codes that no other test has. */
export class UnderContract {
  private attempts = 0;

  private constructor(
    readonly system: ContractSystem,
    readonly connector: Connector,
    private readonly prefix: string,
  ) {}

  static async begin(makeSystem: () => Promise<ContractSystem>): Promise<UnderContract> {
    const system = await makeSystem();
    return new UnderContract(system, system.connect(), `K${process.pid}${Date.now().toString(36).toUpperCase()}`);
  }

  attempt(): string {
    this.attempts += 1;
    return `${this.prefix}-${this.attempts}`;
  }

  code(): string {
    return this.attempt();
  }

  /** A product of one SKU, made through the connector. */
  async made(values?: FieldValues): Promise<ObservedRecord> {
    const code = this.code();
    return observedOf(await this.connector.write(this.system.productOf(this.attempt(), [code], values)), code);
  }

  /** What a strong read shows of a record now; null when it is gone. */
  async read({ root, externalId, entity }: ObservedRecord): Promise<ObservedRecord | null> {
    const [reading] = await this.connector.readRoots([root]);
    return reading?.records?.find((each) => each.externalId === externalId && each.entity === entity) ?? null;
  }

  lookUp(code: string): Promise<ObservedRecord[]> {
    return this.connector
      .lookUp({ productId: `none-${code}`, handle: `none-${code.toLowerCase()}`, codes: [code] })
      .then((records) => records.filter((each) => each.entity === 'SKU'));
  }
}
