import type { Editor } from '../../actor.js';
import { editorLabel, readEditor } from '../../actor.js';
import type { FaultPlan } from '../../fault-plan.js';
import type { Answer, Request } from '../../loopback-server.js';
import { ControlRefusal, jsonObject } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';
import { readExport } from '../../read-export.js';
import type { JournalCommit, RequestJournal } from '../../request-journal.js';
import type { BulkOperations } from '../bulk/bulk-operations.js';
import { setComponents } from '../bundles/control-components.js';
import { FORMULA_LIMIT } from '../formula/formula-catalog.js';
import type { ShopContext } from '../shop-context.js';
import type { Commit } from '../shopify-state.js';
import { editProduct, newStaffProduct } from './control-edit.js';
import { adminProduct, found, resourceOf } from './control-lookup.js';
import { setMetafields } from './control-metafields.js';
import { shareItem } from './control-share.js';
import { fillProducts } from './fill-products.js';
import type { Settings } from './settings-control.js';
import { resetSettings, settingsControls } from './settings-control.js';

const VARIANT_LIMIT = 2048;
/** Nobody of the shop: what was there before anybody watched. */
const FILLER: Editor = { kind: 'app', name: 'fill' };

export interface ShopifyControlParts extends Settings {
  journal: RequestJournal;
  faults: FaultPlan;
  bulk: BulkOperations;
  context: (commits: JournalCommit[], isAnnounced: boolean, by?: Editor) => ShopContext;
}

type Route = (request: Request) => unknown;

/** `/control`: the hands of the merchant's staff, other apps and orders, and the levers of a test. */
export class ShopifyControl {
  private readonly routes: Record<string, Route>;

  constructor(private readonly parts: ShopifyControlParts) {
    const settings = Object.entries(settingsControls(parts)).map(([name, act]): [string, Route] => [
      `POST ${name}`,
      (request) => act(jsonObject(request.body)),
    ]);
    this.routes = { ...this.hands(), ...this.records(), ...Object.fromEntries(settings) };
  }

  async handle(request: Request): Promise<Answer> {
    try {
      const name = `${request.method} ${request.path.slice('/control/'.length)}`;
      const route = this.routes[name];
      if (route) return { status: 200, json: await route(request) };
      const all = Object.keys(this.routes).sort().join(', ');
      throw new ControlRefusal(404, `no such control: ${request.method} ${request.path}; there are ${all}`);
    } catch (error) {
      if (error instanceof ControlRefusal) return { status: error.status, json: { error: error.message } };
      throw error;
    }
  }

  private hands(): Record<string, Route> {
    return {
      'POST add': (request) => this.add(jsonObject(request.body)),
      'POST components': (request) => this.components(jsonObject(request.body)),
      'POST delete': (request) => this.remove(jsonObject(request.body)),
      'POST edit': (request) => this.edit(jsonObject(request.body)),
      'POST fill': (request) =>
        this.commit('control fill', FILLER, false, (context) =>
          fillProducts(context, readExport(request.body.toString('utf8'))),
        ),
      'POST formula': (request) => this.formula(jsonObject(request.body)),
      'POST metafields': (request) => this.metafields(jsonObject(request.body)),
      // As the shop was before anybody watched: nobody is told.
      'POST share': (request) =>
        this.commit('control share', FILLER, false, (context) =>
          adminProduct(this.parts.state, shareItem(context, jsonObject(request.body))),
        ),
    };
  }

  private records(): Record<string, Route> {
    const { faults, journal, state } = this.parts;
    return {
      'GET faults': () => ({ pending: faults.pending(), shares: faults.striking() }),
      'POST faults': (request) => ({ pending: faults.add(jsonObject(request.body)) }),
      'DELETE faults': () => {
        faults.clear();
        return { pending: 0 };
      },
      'GET journal': (request) => {
        const after = Number(request.query.get('after') ?? 0);
        if (Number.isNaN(after)) throw new ControlRefusal(400, 'after must be the number of an entry');
        return journal.after(after);
      },
      'GET products': (request) => ({
        products: found(state, request.query).map((product) => adminProduct(state, product)),
      }),
      'GET snapshot': () => ({ commits: state.snapshot() }),
      'POST restore': (request) => this.restore(jsonObject(request.body)),
      'POST reset': () => {
        this.parts.state.reset();
        this.parts.faults.clear();
        this.parts.journal.clear();
        this.parts.bulk.reset();
        resetSettings(this.parts);
        return { reset: true };
      },
    };
  }

  /** A shop of products that are worked out and not kept: as many as wanted, and nothing of it in memory. */
  private formula(body: Record<string, unknown>): unknown {
    const { products, variants, ...rest } = body;
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined)
      throw new ControlRefusal(400, `unknown key: ${surplus}; there are products and variants`);
    const isCount = (value: unknown, most: number): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
    if (!isCount(variants, VARIANT_LIMIT) || !isCount(products, Math.floor(FORMULA_LIMIT / variants))) {
      const most = `variants of one from 1 to ${VARIANT_LIMIT}, and ${FORMULA_LIMIT} variants in all`;
      throw new ControlRefusal(400, `products and variants must be whole numbers: ${most}`);
    }
    return this.commit('control formula', FILLER, false, (context) => {
      const doc = { products, variants, at: context.now };
      context.commit([{ put: 'formula', doc }]);
      return { ...doc, allVariants: products * variants };
    });
  }

  /** What `GET snapshot` answered, put back. Nobody is told. */
  private restore(body: Record<string, unknown>): unknown {
    const { commits } = body;
    if (!Array.isArray(commits) || !commits.every(isCommit)) {
      throw new ControlRefusal(400, 'the body must be what GET snapshot answered');
    }
    this.parts.state.restore(commits);
    return { restored: true };
  }

  private metafields(body: Record<string, unknown>): unknown {
    const { as, set, ...place } = body;
    const editor = readEditor(as);
    return this.commit('control metafields', editor, true, (context) =>
      adminProduct(this.parts.state, setMetafields(context, resourceOf(this.parts.state, place), set)),
    );
  }

  private edit(body: Record<string, unknown>): unknown {
    const editor = readEditor(body['as']);
    const { as: _, set = {}, ...place } = body;
    if (!isPlainObject(set)) throw new ControlRefusal(400, 'set must be an object');
    return this.commit('control edit', editor, true, (context) => {
      const target = resourceOf(this.parts.state, place);
      const product = editProduct(context, target, editor, set);
      return adminProduct(this.parts.state, product);
    });
  }

  /** Never announced: what a bundle is made of is invisible to webhooks (shopify.md 2.4). */
  private components(body: Record<string, unknown>): unknown {
    const { as, components, ...place } = body;
    const editor = readEditor(as);
    return this.commit('control components', editor, false, (context) =>
      adminProduct(this.parts.state, setComponents(context, resourceOf(this.parts.state, place), editor, components)),
    );
  }

  private add(body: Record<string, unknown>): unknown {
    const { as = { kind: 'staff', name: 'Staff' }, ...fields } = body;
    const editor = readEditor(as);
    return this.commit('control add', editor, true, (context) =>
      adminProduct(this.parts.state, newStaffProduct(context, fields)),
    );
  }

  private remove(body: Record<string, unknown>): unknown {
    const { as = { kind: 'staff', name: 'Staff' }, ...place } = body;
    const editor = readEditor(as);
    return this.commit('control delete', editor, true, (context) => {
      const { product, variant } = resourceOf(this.parts.state, place);
      const kept = product.variants.filter((one) => one.id !== variant?.id);
      // A product always has a variant, so deleting the last one deletes the product.
      if (!variant || kept.length === 0) context.commit([{ drop: 'product', id: product.id }]);
      else context.commit([{ put: 'product', doc: { ...product, variants: kept, updatedAt: context.now } }]);
      return { deleted: variant ? 'variant' : 'product' };
    });
  }

  private commit(operation: string, by: Editor, isAnnounced: boolean, act: (context: ShopContext) => unknown): unknown {
    const commits: JournalCommit[] = [];
    const answer = act(this.parts.context(commits, isAnnounced, by));
    const label = by === FILLER ? by.name : editorLabel(by);
    this.parts.journal.add({
      source: 'control',
      operation,
      kind: 'mutation',
      by: label,
      status: 200,
      fault: null,
      commits,
    });
    return answer;
  }
}

function isCommit(value: unknown): value is Commit {
  if (!isPlainObject(value) || typeof value['lastId'] !== 'number' || !Array.isArray(value['changes'])) return false;
  return value['changes'].every(
    (one) => isPlainObject(one) && (isPlainObject(one['doc']) || typeof one['id'] === 'number'),
  );
}
