/** As many as the worker ever has in its three transactions at a time: some are claimed, some about to be sent, some settled. */
const LANES = 192;

/**
 * A connector that answers at once: a system that is a map in this process. What it costs is nothing, so what is measured
 * through it is ours. It holds what `records` say of it (rows of the table `record`), and shows what was written.
 */
export class InstantSystem {
  webhooks = null;
  reads = 0;
  writes = 0;
  #roots = new Map();

  constructor(records, { productRecords }) {
    this.capabilities = {
      productRecords,
      concurrencyToken: false,
      attribution: false,
      lanes: LANES,
      resetByComposing: [],
    };
    for (const { entity, external_id: externalId, root_id: rootId, code, observed } of records) {
      const root = { externalId: rootId, code: null };
      const told = { updatedAt: null, attribution: null, token: null, unreadable: [] };
      const shown = { entity, externalId, root, code, fields: observed, ...told };
      this.#roots.set(rootId, [...(this.#roots.get(rootId) ?? []), shown]);
    }
  }

  async readRoots(roots) {
    this.reads += roots.length;
    return roots.map((root) => ({ root, records: this.#roots.get(root.externalId) ?? null }));
  }

  async lookUp() {
    return [];
  }

  async write({ product, writes }) {
    this.writes += writes.length;
    return writes.map(({ id, entity, externalId, values }) => {
      // An ERP item is a root of its own; a variant is in its product.
      const all = this.#roots.get(externalId) ?? this.#roots.get(product.root.externalId);
      const at = all.findIndex((each) => each.entity === entity && each.externalId === externalId);
      all[at] = { ...all[at], fields: { ...all[at].fields, ...values } };
      return { id, entity, written: true, observed: all[at] };
    });
  }

  async *scan() {
    for (const records of this.#roots.values()) yield records;
  }
}
