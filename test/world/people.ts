import { policyActor } from '../../src/domain/actor.js';
import type { Product } from '../../src/domain/catalog/product.js';
import type { Sku } from '../../src/domain/catalog/sku.js';
import { adoptedPatch } from '../../src/application/drift/adopted-patch.js';
import type { ChangeSet } from '../../src/domain/change/draft.js';
import type { Json } from '../../src/domain/primitives/json.js';
import type { Backend, Present, SeenFinding } from './backend.js';
import { Desk, plainProduct, plainSku, productSet, skuSet, together } from './desk.js';
import type { Act, SystemCode } from './story.js';
import { ERP, SHOP } from './story.js';
import type { Item, SimulatedSystem } from './systems/simulated-system.js';

const LISTED = [SHOP, ERP];

/**
 * Whoever acts in a story: people at the master's desk, and staff in the systems. Every value that they type is new, so
 * that whoever finds it knows whose it is and when it was typed.
 */
export class People {
  private readonly desk: Desk;
  private typed = 0;

  constructor(
    private readonly backend: Backend,
    private readonly systems: Readonly<Record<SystemCode, SimulatedSystem>>,
    private readonly tell: (line: string) => void,
  ) {
    this.desk = new Desk(backend);
  }

  /** What stands in the master and in the systems before the story begins. */
  async settleIn(products: number, skusEach: number): Promise<void> {
    for (let number = 0; number < products; number += 1) {
      const set = this.newProduct(skusEach, number === 0 ? [] : ['ours-0']);
      await this.desk.apply(set, 'WAITING');
      for (const product of set.products) this.standsIn(product.after, set, number);
    }
  }

  /** The first product as it is in the master; of the others the shop lacks our tags, and has some of its own. */
  private standsIn(
    { handle, title, vendor }: ChangeSet['products'][number]['after'],
    { skus }: ChangeSet,
    number: number,
  ): void {
    const tags = number === 0 ? [] : ['staff-0'];
    const nothing = { 'product.productType': null, 'product.category': null, 'product.tags': tags };
    const own = { 'product.title': title, 'product.handle': handle, 'product.vendor': vendor, ...nothing };
    const root = this.systems.shop.seed('PRODUCT', handle, { ...own, lifecycle: { status: 'ACTIVE' } }, null);
    for (const { after } of skus) {
      const { code, price, hsCode, optionValues } = after;
      const lifecycle = { published: true, inventoryPolicy: 'CONTINUE' };
      const options = optionValues.map(({ name, value }) => ({ name, value }));
      this.systems.shop.seed('SKU', code, { price, hsCode, optionValues: options, lifecycle }, root.externalId);
      const salable = { active: true, purchasable: true, salable: true };
      this.systems.erp.seed('SKU', code, { title: after.title, price, hsCode, lifecycle: salable }, null);
    }
  }

  /** Something is created, edited or moved in the master. Answers what was written; null where there was nothing to do. */
  async change(act: Act): Promise<ChangeSet | null> {
    const seen = await this.backend.present();
    const set = this.setOf(act, seen);
    if (!set) return null;
    await this.desk.apply(set);
    const told = [...set.products, ...set.skus].map(({ after, changes, before }) => {
      const name = 'code' in after ? after.code : after.handle;
      const to = changes.map(({ field, to: value }) => `${field} to ${JSON.stringify(value)}`).join(', ');
      return before ? `${name}: ${to}` : `${name} is new`;
    });
    this.tell(`the desk applies ${told.join('; ')}`);
    return set;
  }

  private setOf(act: Act, { products, skus }: Present): ChangeSet | null {
    switch (act.do) {
      case 'CREATE': {
        const home = act.withProduct ? undefined : products[act.which % products.length];
        if (home) return this.newSku(home.id, home.handle);
        return this.newProduct(1 + (act.which % 2));
      }
      case 'EDIT': {
        const product = products[act.which % products.length];
        const sku = skus[act.which % skus.length];
        if (act.entity === 'PRODUCT') return product ? this.editProduct(product, act.field) : null;
        return sku ? this.editSku(sku, act.field) : null;
      }
      case 'TRANSITION': {
        const sku = skus[act.which % skus.length];
        return sku ? skuSet(sku, { ...sku, state: sku.state === 'ACTIVE' ? 'ON_HOLD' : 'ACTIVE' }) : null;
      }
      default:
        return null;
    }
  }

  private newProduct(skus: number, tags: string[] = []): ChangeSet {
    const id = this.backend.newId();
    const handle = `product-${this.next()}`;
    const product = productSet(null, { ...plainProduct(id, handle, `Product ${this.next()}`), tags });
    return together(product, ...Array.from({ length: skus }, () => this.newSku(id, handle)));
  }

  private newSku(productId: string, handle: string): ChangeSet {
    const code = `${handle}-sku-${this.next()}`.toUpperCase();
    return skuSet(null, plainSku(this.backend.newId(), code, productId, this.price(), LISTED));
  }

  private editProduct(product: Product, field: number): ChangeSet {
    const value = this.next();
    const patches = [{ title: `Title ${value}` }, { vendor: `Vendor ${value}` }, { tags: [`ours-${value}`] }];
    return productSet(product, { ...product, ...patches[field % patches.length] });
  }

  private editSku(sku: Sku, field: number): ChangeSet {
    const value = this.next();
    const patches = [{ price: this.price() }, { title: `Name ${value}` }, { hsCode: String(61_000_000 + value) }];
    return skuSet(sku, { ...sku, ...patches[field % patches.length] });
  }

  /** Somebody edits in a system, behind the master's back. */
  staffEdits(system: SystemCode, which: number, field: number): void {
    const items = [...this.systems[system].items.values()];
    const item = items[which % items.length];
    if (!item) return;
    const edits = this.editsOf(system, item);
    const edit = edits[field % edits.length];
    if (!edit) return;
    this.systems[system].edit(item, edit.field, edit.value);
    this.tell(`staff sets ${edit.field} of ${item.code} in ${system} to ${JSON.stringify(edit.value)}`);
  }

  private editsOf(system: SystemCode, item: Item): { field: string; value: Json }[] {
    const value = this.next();
    const shown = (field: string): Json => item.cells.get(field)?.value ?? null;
    if (item.entity === 'PRODUCT') {
      const tags = shown('product.tags');
      const kept = Array.isArray(tags) ? tags : [];
      const more = [...kept, `staff-${value}`];
      return [
        { field: 'product.title', value: `Staff title ${value}` },
        { field: 'product.vendor', value: `Staff vendor ${value}` },
        { field: 'product.tags', value: more },
        { field: 'product.tags', value: kept.slice(1) },
      ];
    }
    const toggled = (key: string): Json => {
      const before = shown('lifecycle');
      const isOn = typeof before === 'object' && before !== null && !Array.isArray(before) && before[key] === true;
      return { [key]: !isOn };
    };
    const both = [
      { field: 'price', value: this.price(50_000) },
      { field: 'hsCode', value: String(62_000_000 + value) },
      { field: 'lifecycle', value: toggled(system === SHOP ? 'published' : 'salable') },
    ];
    return system === SHOP ? both : [...both, { field: 'title', value: `Staff name ${value}` }];
  }

  staffDeletes(system: SystemCode, which: number): void {
    const items = [...this.systems[system].items.values()];
    const item = items[which % items.length];
    // A scan of a system that shows nothing at all fails, and says nothing of what is missing (design 4.7).
    if (!item || items.length === 1) return;
    this.systems[system].remove(item);
    this.tell(`staff deletes ${item.code} in ${system}`);
  }

  /** Somebody asks for the revert of a finding. Answers the record that is owed anew; null where there is none. */
  async revert(which: number): Promise<string | null> {
    const { findings } = await this.backend.present();
    const open = findings.filter(({ state, recordId }) => state !== 'RESOLVED' && recordId !== null);
    const finding = open[which % open.length];
    if (!finding) return null;
    this.tell(`the desk reverts ${nameOf(finding)}`);
    return this.desk.revert(finding);
  }

  /** Somebody adopts what was found. Answers what was written. */
  async adopt(which: number): Promise<ChangeSet | null> {
    const seen = await this.backend.present();
    const open = seen.findings.filter(({ state, kind, field }) => {
      return state !== 'RESOLVED' && kind === 'FIELD' && field !== 'product.tags';
    });
    const finding = open[which % open.length];
    const set = finding && this.adoption(finding, seen);
    if (!finding || !set) return null;
    await this.desk.adopt(set, finding);
    this.tell(`the desk adopts ${nameOf(finding)}: ${JSON.stringify(finding.found)}`);
    return set;
  }

  /** Somebody lets a difference be for a while. Answers until when; null where there is none. */
  async waive(which: number, until: number): Promise<number | null> {
    const { findings } = await this.backend.present();
    const open = findings.filter(({ state, field }) => state !== 'RESOLVED' && field !== null);
    const finding = open[which % open.length];
    if (!finding) return null;
    this.tell(`the desk waives ${nameOf(finding)}`);
    await this.desk.waive(finding.id, new Date(until));
    return until;
  }

  /** What the matrix does by itself about one finding: what is owed anew, or what was written into the master. */
  async heal(
    id: string,
    action: 'AUTO_REVERT' | 'AUTO_ADOPT',
  ): Promise<{ owed: string | null; set: ChangeSet | null }> {
    const seen = await this.backend.present();
    const finding = seen.findings.find((each) => each.id === id);
    if (!finding) return { owed: null, set: null };
    this.tell(`the matrix does ${action} of ${nameOf(finding)}: ${JSON.stringify(finding.found)}`);
    if (action === 'AUTO_REVERT') return { owed: await this.desk.healRevert(finding), set: null };
    const set = this.adoption(finding, seen);
    if (set) await this.desk.adopt(set, finding, policyActor(1));
    return { owed: null, set };
  }

  private adoption({ recordId, field, found }: SeenFinding, seen: Present): ChangeSet | null {
    const record = seen.records.find(({ id }) => id === recordId);
    const patch = adoptedPatch(field ?? '', found);
    if (!record || !patch.ok) return null;
    const sku = seen.skus.find(({ id }) => id === record.skuId);
    const product = seen.products.find(({ id }) => id === record.productId);
    if (sku) return skuSet(sku, { ...sku, ...patch.value });
    return product ? productSet(product, { ...product, ...patch.value }) : null;
  }

  async retryAll(): Promise<void> {
    await this.desk.retryAll();
    this.tell('the desk retries all dead letters');
  }

  private next(): number {
    this.typed += 1;
    return this.typed;
  }

  private price(from = 100): string {
    return `${from + this.next()}`;
  }
}

function nameOf({ kind, field, system }: SeenFinding): string {
  return `a ${kind} finding${field === null ? '' : ` on ${field}`} in ${system}`;
}
