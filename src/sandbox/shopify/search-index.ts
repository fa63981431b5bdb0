import { ControlRefusal } from '../loopback-server.js';
import type { VirtualClock } from '../virtual-clock.js';
import type { ProductDoc } from './product-doc.js';
import type { ProductChange, ShopifyState } from './shopify-state.js';

interface Unindexed {
  /** What the index still has; null when it does not know the product. */
  before: ProductDoc | null;
  atMs: number;
}

/**
 * What searches see: the shop as it was some time ago [R: a fresh SKU or tag is not found right after its write]. Reads by
 * id do not come here. `POST /control/index` says how far it lags.
 */
export class SearchIndex {
  private lagMs = 0;
  private readonly unindexed = new Map<number, Unindexed[]>();

  constructor(
    private readonly state: ShopifyState,
    private readonly clock: VirtualClock,
  ) {}

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const { lagMs = this.lagMs, ...rest } = body;
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there is lagMs`);
    if (typeof lagMs !== 'number' || lagMs < 0) throw new ControlRefusal(400, 'lagMs must be a number from 0');
    this.lagMs = lagMs;
    return { lagMs };
  }

  reset(): void {
    this.lagMs = 0;
    this.unindexed.clear();
  }

  note(changes: ProductChange[]): void {
    if (this.lagMs === 0) return;
    for (const { before, after } of changes) {
      const id = (before ?? after)?.id ?? 0;
      const waiting = this.unindexed.get(id) ?? [];
      waiting.push({ before, atMs: this.clock.now() });
      this.unindexed.set(id, waiting);
    }
  }

  /** Products as the index has them; `only` leaves out the formula, where nothing of it can match. */
  *products(only: 'all' | 'kept' = 'all'): Generator<ProductDoc> {
    this.catchUp();
    const held = only === 'all' ? this.state.products() : this.state.keptProducts();
    for (const product of held) {
      const [oldest] = this.unindexed.get(product.id) ?? [];
      if (!oldest) yield product;
      else if (oldest.before) yield oldest.before;
    }
  }

  private catchUp(): void {
    const until = this.clock.now() - this.lagMs;
    for (const [id, waiting] of this.unindexed) {
      const rest = waiting.filter(({ atMs }) => atMs > until);
      if (rest.length === 0) this.unindexed.delete(id);
      else this.unindexed.set(id, rest);
    }
  }
}
