import { editorLabel, readEditor } from '../../actor.js';
import type { FaultPlan } from '../../fault-plan.js';
import type { Answer, Request } from '../../loopback-server.js';
import { ControlRefusal, jsonObject } from '../../loopback-server.js';
import { isPlainObject } from '../../plain-object.js';
import { readExport } from '../../read-export.js';
import type { JournalCommit, RequestJournal } from '../../request-journal.js';
import type { BundleJobs } from '../bundles/bundle-jobs.js';
import { setComponents } from '../bundles/control-components.js';
import { setFeatures } from '../bundles/control-features.js';
import { adminProduct, found, resourceOf } from './control-lookup.js';
import { editProduct, newStaffProduct } from './control-edit.js';
import { fillProducts } from './fill-products.js';
import type { CostBucket } from '../access/query-cost.js';
import type { ShopContext, ShopFeatures } from '../shop-context.js';
import type { ShopifyState } from '../shopify-state.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';

export interface ShopifyControlParts {
  state: ShopifyState;
  journal: RequestJournal;
  faults: FaultPlan;
  bucket: CostBucket;
  features: ShopFeatures;
  webhooks: WebhookSender;
  jobs: BundleJobs;
  context: (commits: JournalCommit[], isAnnounced: boolean) => ShopContext;
}

/** `/control`: the hands of the merchant's staff, other apps and orders, and the levers of a test. */
export class ShopifyControl {
  private readonly parts: ShopifyControlParts;

  constructor(parts: ShopifyControlParts) {
    this.parts = parts;
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
    const { faults, journal, state, webhooks } = this.parts;
    switch (`${request.method} ${request.path.slice('/control/'.length)}`) {
      case 'POST fill':
        return this.commit('control fill', 'fill', false, (context) =>
          fillProducts(context, readExport(request.body.toString('utf8'))),
        );
      case 'GET products':
        return { products: found(state, request.query).map((product) => adminProduct(state, product)) };
      case 'POST edit':
        return this.edit(jsonObject(request.body));
      case 'POST components':
        return this.components(jsonObject(request.body));
      case 'POST bundles':
        return setFeatures(this.parts.features, this.parts.jobs, jsonObject(request.body));
      case 'POST add':
        return this.add(jsonObject(request.body));
      case 'POST delete':
        return this.remove(jsonObject(request.body));
      case 'POST faults':
        return { pending: faults.add(jsonObject(request.body)) };
      case 'GET faults':
        return { pending: faults.pending() };
      case 'DELETE faults':
        faults.clear();
        return { pending: 0 };
      case 'POST webhooks':
        return webhooks.configure(jsonObject(request.body));
      case 'POST throttle':
        return this.throttle(jsonObject(request.body));
      case 'GET journal':
        return journal.after(Number(request.query.get('after') ?? 0));
      case 'POST reset':
        state.reset();
        faults.clear();
        journal.clear();
        return { reset: true };
      default:
        throw new ControlRefusal(404, `no such control: ${request.method} ${request.path}`);
    }
  }

  private edit(body: Record<string, unknown>): unknown {
    const editor = readEditor(body['as']);
    const { as: _, set = {}, ...place } = body;
    if (!isPlainObject(set)) throw new ControlRefusal(400, 'set must be an object');
    return this.commit('control edit', editorLabel(editor), true, (context) => {
      const target = resourceOf(this.parts.state, place);
      const product = editProduct(context, target, editor, set);
      return adminProduct(this.parts.state, product);
    });
  }

  /** Never announced: what a bundle is made of is invisible to webhooks (shopify.md 2.4). */
  private components(body: Record<string, unknown>): unknown {
    const { as, components, ...place } = body;
    const editor = readEditor(as);
    return this.commit('control components', editorLabel(editor), false, (context) =>
      adminProduct(this.parts.state, setComponents(context, resourceOf(this.parts.state, place), editor, components)),
    );
  }

  private add(body: Record<string, unknown>): unknown {
    const { as = { kind: 'staff', name: 'Staff' }, ...fields } = body;
    const editor = readEditor(as);
    return this.commit('control add', editorLabel(editor), true, (context) =>
      adminProduct(this.parts.state, newStaffProduct(context, fields)),
    );
  }

  private remove(body: Record<string, unknown>): unknown {
    const { as = { kind: 'staff', name: 'Staff' }, ...place } = body;
    const editor = readEditor(as);
    return this.commit('control delete', editorLabel(editor), true, (context) => {
      const { product, variant } = resourceOf(this.parts.state, place);
      const kept = product.variants.filter((one) => one.id !== variant?.id);
      // A product always has a variant, so deleting the last one deletes the product.
      if (!variant || kept.length === 0) context.commit([{ drop: 'product', id: product.id }]);
      else context.commit([{ put: 'product', doc: { ...product, variants: kept, updatedAt: context.now } }]);
      return { deleted: variant ? 'variant' : 'product' };
    });
  }

  private throttle(body: Record<string, unknown>): unknown {
    const { maximumAvailable, restoreRate, currentlyAvailable = maximumAvailable } = body;
    if (
      typeof maximumAvailable !== 'number' ||
      typeof restoreRate !== 'number' ||
      typeof currentlyAvailable !== 'number'
    ) {
      throw new ControlRefusal(400, 'maximumAvailable and restoreRate must be numbers');
    }
    this.parts.bucket.configure({ maximumAvailable, restoreRate, currentlyAvailable });
    return this.parts.bucket.current();
  }

  private commit(operation: string, by: string, isAnnounced: boolean, act: (context: ShopContext) => unknown): unknown {
    const commits: JournalCommit[] = [];
    const answer = act(this.parts.context(commits, isAnnounced));
    this.parts.journal.add({ source: 'control', operation, kind: 'mutation', by, status: 200, fault: null, commits });
    return answer;
  }
}
