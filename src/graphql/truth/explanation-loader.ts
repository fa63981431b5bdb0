import DataLoader from 'dataloader';
import type { Ports } from '../../application/ports/ports.js';
import type { Explaining, FieldExplanation } from '../../application/truth/explain-field.js';
import { explainField } from '../../application/truth/explain-field.js';

type Loader = DataLoader<string, FieldExplanation | null>;

/**
 * Explanations in batches: a page of SKUs is explained at once, and each further field, or instant of the past, that an
 * operation spells out is one batch more. One instance per HTTP request, like the loaders that it belongs to.
 */
export class ExplanationLoader {
  readonly #ports: Ports;
  readonly #loaders = new Map<string, Loader>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** @param id of a SKU, or of a product where the field is one of the product. */
  load(id: string, asked: Explaining): Promise<FieldExplanation | null> {
    const key = `${asked.field} ${asked.asOf?.toISOString() ?? ''}`;
    const loader = this.#loaders.get(key) ?? this.#loaderOf(asked);
    this.#loaders.set(key, loader);
    return loader.load(id);
  }

  /** Forgets all that was read, as the loaders do after a mutation. */
  reset(): void {
    this.#loaders.clear();
  }

  #loaderOf(asked: Explaining): Loader {
    return new DataLoader(async (ids) => {
      const found = await explainField(this.#ports, ids, asked);
      return ids.map((id) => found.get(id) ?? null);
    });
  }
}
