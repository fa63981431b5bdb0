import { editorLabel, readEditor } from '../actor.js';
import type { FaultPlan } from '../fault-plan.js';
import type { Answer, Request } from '../loopback-server.js';
import { ControlRefusal, jsonObject } from '../loopback-server.js';
import { isPlainObject } from '../plain-object.js';
import type { ExportProduct, ExportVariant } from '../read-export.js';
import { readExport } from '../read-export.js';
import type { JournalCommit, RequestJournal } from '../request-journal.js';
import type { ErpState } from './erp-state.js';
import type { ItemDoc } from './item-doc.js';
import { newItem } from './item-doc.js';
import { writeItem } from './item-input.js';

/** `/control`: the hands of the ERP's own users, and the levers of a test. */
export class ErpControl {
  private readonly state: ErpState;
  private readonly journal: RequestJournal;
  private readonly faults: FaultPlan;

  constructor(state: ErpState, journal: RequestJournal, faults: FaultPlan) {
    this.state = state;
    this.journal = journal;
    this.faults = faults;
  }

  async handle(request: Request): Promise<Answer> {
    try {
      return { status: 200, json: this.route(request) };
    } catch (error) {
      if (error instanceof ControlRefusal) return { status: error.status, json: { error: error.message } };
      throw error;
    }
  }

  private route(request: Request): unknown {
    switch (`${request.method} ${request.path.slice('/control/'.length)}`) {
      case 'POST fill':
        return this.fill(readExport(request.body.toString('utf8')));
      case 'GET items':
        return { items: this.items(request.query.get('code')) };
      case 'POST edit':
        return this.edit(jsonObject(request.body));
      case 'POST stock':
        return this.count(jsonObject(request.body));
      case 'POST delete':
        return this.remove(jsonObject(request.body));
      case 'POST recode':
        return this.recode(jsonObject(request.body), true);
      case 'POST copy':
        return this.recode(jsonObject(request.body), false);
      case 'POST rights':
        return this.rights(jsonObject(request.body));
      case 'POST clock':
        return this.clock(jsonObject(request.body));
      case 'POST faults':
        return { pending: this.faults.add(jsonObject(request.body)) };
      case 'GET faults':
        return { pending: this.faults.pending() };
      case 'DELETE faults':
        this.faults.clear();
        return { pending: 0 };
      case 'GET journal':
        return this.journal.after(Number(request.query.get('after') ?? 0));
      case 'POST reset':
        this.state.reset();
        this.faults.clear();
        this.journal.clear();
        return { reset: true };
      default:
        throw new ControlRefusal(404, `no such control: ${request.method} ${request.path}`);
    }
  }

  private items(code: string | null): object[] {
    const docs = code === null ? this.state.items() : [this.state.item(code)];
    return docs.flatMap((doc) => (doc ? [{ ...doc.item, onHand: this.state.onHand(doc.item.code) }] : []));
  }

  /** One item per variant of a product that is not a draft; codes that are there, and variants without SKU, are skipped. */
  private fill(products: ExportProduct[]): object {
    const at = this.state.now();
    const docs: ItemDoc[] = [];
    const seen = new Set<string>();
    for (const product of products.filter((one) => one.status !== 'DRAFT')) {
      for (const variant of product.variants) {
        if (variant.sku === '' || seen.has(variant.sku) || this.state.item(variant.sku)) continue;
        seen.add(variant.sku);
        const blank = newItem(this.state.newId(), variant.sku);
        const { item, problems } = writeItem(blank, itemFields(product, variant), this.state);
        const [first] = problems;
        if (first) throw new ControlRefusal(400, `${variant.sku}: ${first.pointer} ${first.detail}`);
        docs.push({ item: { ...item, updatedAt: at, updatedBy: 'import' }, version: 1 });
      }
    }
    this.state.commit(docs);
    this.note(
      'control fill',
      'fill',
      docs.map((doc) => ({ act: 'created', id: doc.item.code })),
    );
    return { items: docs.length };
  }

  private edit(body: Record<string, unknown>): object {
    const editor = readEditor(body['as']);
    const { set } = body;
    if (!isPlainObject(set)) throw new ControlRefusal(400, 'set must be an object');
    const held = this.named(body);
    const { item, problems } = writeItem(held.item, set, this.state);
    if (problems.length > 0) {
      throw new ControlRefusal(400, problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '));
    }
    const doc = {
      item: { ...item, updatedAt: this.state.now(), updatedBy: editor.name },
      version: held.version + 1,
    };
    this.state.commit([doc]);
    this.note('control edit', editorLabel(editor), [{ act: 'updated', id: item.code }]);
    return doc.item;
  }

  /** What a stock-take found. It is passed on as it was given, so that a test can say what no ERP should. */
  private count(body: Record<string, unknown>): object {
    const { item } = this.named(body);
    const { onHand } = body;
    if (typeof onHand !== 'string') throw new ControlRefusal(400, 'onHand is a decimal as text');
    this.state.count(item.code, onHand);
    this.note('control stock', 'staff', [{ act: 'counted', id: item.code }]);
    return { code: item.code, onHand };
  }

  private remove(body: Record<string, unknown>): object {
    const { item } = this.named(body);
    if (this.state.isComponent(item.code)) throw new ControlRefusal(409, `${item.code} is a component of a kit`);
    this.state.remove(item.code);
    this.note('control delete', 'staff', [{ act: 'deleted', id: item.code }]);
    return { deleted: item.code };
  }

  /** Somebody gives an item another code, or saves it under a second one as well. */
  private recode(body: Record<string, unknown>, replaces: boolean): object {
    const editor = readEditor(body['as']);
    const { item, version } = this.named(body);
    const { to } = body;
    if (typeof to !== 'string' || to === '') throw new ControlRefusal(400, 'to is the new code');
    if (this.state.item(to)) throw new ControlRefusal(409, `${to} is there already`);
    if (this.state.isComponent(item.code)) throw new ControlRefusal(409, `${item.code} is a component of a kit`);
    const id = replaces ? item.id : this.state.newId();
    const made = { ...item, id, code: to, updatedAt: this.state.now(), updatedBy: editor.name };
    if (replaces) this.state.remove(item.code);
    this.state.commit([{ item: made, version: replaces ? version + 1 : 1 }]);
    this.note(`control ${replaces ? 'recode' : 'copy'}`, editorLabel(editor), [{ act: 'updated', id: to }]);
    return made;
  }

  /** What the API's token may do: an administrator of the ERP can take the right to write away. */
  private rights({ mayWrite }: Record<string, unknown>): object {
    if (typeof mayWrite !== 'boolean') throw new ControlRefusal(400, 'mayWrite is true or false');
    this.state.mayWrite = mayWrite;
    return { mayWrite };
  }

  /** From here on the ERP's clock goes wrong by so many seconds. */
  private clock({ offsetSeconds }: Record<string, unknown>): object {
    if (typeof offsetSeconds !== 'number' || !Number.isFinite(offsetSeconds)) {
      throw new ControlRefusal(400, 'offsetSeconds is a number');
    }
    this.state.clockOffsetSeconds = offsetSeconds;
    return { now: this.state.now() };
  }

  private named(body: Record<string, unknown>): ItemDoc {
    const { code } = body;
    if (typeof code !== 'string') throw new ControlRefusal(400, 'name it by code');
    const doc = this.state.item(code);
    if (!doc) throw new ControlRefusal(404, `no item has the code ${code}`);
    return doc;
  }

  private note(operation: string, by: string, commits: JournalCommit[]): void {
    this.journal.add({ source: 'control', operation, kind: 'mutation', by, status: 200, fault: null, commits });
  }
}

function itemFields(product: ExportProduct, variant: ExportVariant): Record<string, unknown> {
  const options = variant.optionValues.filter((value) => value !== 'Default Title');
  const isLive = product.status === 'ACTIVE';
  return {
    name: [product.title, ...(options.length > 0 ? [options.join(' / ')] : [])].join(' - '),
    gtin: variant.barcode,
    listPrice: variant.price,
    cost: variant.cost,
    weightGrams: variant.grams,
    hsCode: variant.hsCode,
    countryOfOrigin: variant.countryOfOrigin,
    unitOfMeasure: null,
    active: isLive,
    salable: isLive,
    purchasable: isLive,
  };
}
