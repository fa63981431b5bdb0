import DataLoader from 'dataloader';
import type { Ports } from '../../application/ports/ports.js';
import type { Party } from '../../domain/ownership/party.js';
import type { OwnedThing, OwnershipRule } from '../../domain/ownership/resolve-owner.js';
import { ownerKeysOf, ruleOf } from '../../domain/ownership/resolve-owner.js';

/** What is owned, and when: undefined is now. */
export interface OwnedAt extends OwnedThing {
  asOf: Date | undefined;
}

/**
 * The rules that decide, in batches: one statement for all that a page shows of one instant, however many SKUs that are and
 * however many rules there are. One instance per HTTP request, like the loaders that it belongs to.
 */
export class OwnerLoader {
  readonly #rules: DataLoader<OwnedAt, OwnershipRule | null, string>;
  readonly #byId: DataLoader<string, OwnershipRule | null>;
  readonly #ownership: Ports['ownership'];
  readonly #parties = new Map<string, Promise<ReadonlyMap<string, Party>>>();

  constructor({ ownership }: Pick<Ports, 'ownership'>) {
    this.#ownership = ownership;
    this.#rules = new DataLoader(
      async (asked: readonly OwnedAt[]) => {
        const groups = Map.groupBy(asked, ({ asOf }) => asOf?.toISOString() ?? 'now');
        const inForce = new Map(
          await Promise.all(
            [...groups].map(async ([at, things]) => {
              const rules = await ownership.rulesInForce(ownerKeysOf(things), things[0]?.asOf ?? null);
              return [at, rules] as const;
            }),
          ),
        );
        return asked.map((thing) => {
          const rules = inForce.get(thing.asOf?.toISOString() ?? 'now');
          return rules ? ruleOf(rules, thing) : null;
        });
      },
      { cacheKeyFn: keyOf, maxBatchSize: 10_000 },
    );
    this.#byId = new DataLoader(async (ids) => {
      const rules = await ownership.rulesByIds(ids);
      return ids.map((id) => rules.get(id) ?? null);
    });
  }

  /** The rule that decides who owns it, then or now; null where none does. */
  ruleOf(thing: OwnedAt): Promise<OwnershipRule | null> {
    return this.#rules.load(thing);
  }

  rule(id: string): Promise<OwnershipRule | null> {
    return this.#byId.load(id);
  }

  /** Parties by id, with who could answer at an instant of the past; read once for each. */
  partiesAt(at: Date): Promise<ReadonlyMap<string, Party>> {
    const key = at.toISOString();
    const parties =
      this.#parties.get(key) ??
      this.#ownership.partiesAt(at).then((all) => new Map(all.map((each) => [each.id, each])));
    this.#parties.set(key, parties);
    return parties;
  }

  reset(): void {
    this.#parties.clear();
    this.#rules.clearAll();
    this.#byId.clearAll();
  }
}

function keyOf({ code, handle, productType, vendor, asOf }: OwnedAt): string {
  return JSON.stringify([code, handle, productType, vendor, asOf?.toISOString() ?? null]);
}
