import type { Editor } from '../actor.js';
import { ControlRefusal } from '../loopback-server.js';
import type { VirtualClock } from '../virtual-clock.js';
import type { ConnectionArgs } from './connection.js';
import { connection } from './connection.js';
import type { ProductDoc } from './product-doc.js';
import { gid, ONLINE_STORE, shopifyTime } from './product-doc.js';
import type { SearchNote } from './shop-errors.js';
import type { ProductChange } from './shopify-state.js';

/** Older ones are forgotten; Shopify keeps a year [D]. */
const KEPT_EVENTS = 20_000;

export interface EventDoc {
  id: number;
  productId: number;
  action: 'create' | 'destroy' | 'published' | 'unpublished' | 'update';
  atMs: number;
  by: Editor;
}

type EventArgs = ConnectionArgs & { query?: string | null; sortKey?: string | null };

/**
 * What happened to products, as `events` tells it: made, deleted, published, unpublished, and by whom [D]. Edits of fields
 * are not in it [B, decisive: shopify.md 1.6], unless `POST /control/events` says so. It forgets everything at a restart.
 */
export class ShopEvents {
  private fieldEdits = false;
  /** Events come seconds to minutes late [D]. */
  private lagMs = 0;
  private events: EventDoc[] = [];

  constructor(private readonly clock: VirtualClock) {}

  /** @throws ControlRefusal */
  configure(body: Record<string, unknown>): object {
    const { fieldEdits = this.fieldEdits, lagMs = this.lagMs, ...rest } = body;
    const surplus = Object.keys(rest)[0];
    if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there are fieldEdits and lagMs`);
    if (typeof fieldEdits !== 'boolean') throw new ControlRefusal(400, 'fieldEdits must be true or false');
    if (typeof lagMs !== 'number' || lagMs < 0) throw new ControlRefusal(400, 'lagMs must be a number from 0');
    Object.assign(this, { fieldEdits, lagMs });
    return { fieldEdits, lagMs };
  }

  reset(): void {
    Object.assign(this, { fieldEdits: false, lagMs: 0, events: [] });
  }

  /** An order's stock movement is nobody's edit. */
  note(changes: ProductChange[], by: Editor, newId: () => number): void {
    for (const { before, after } of changes) {
      const productId = (after ?? before)?.id ?? 0;
      for (const action of this.actionsOf(before, after, by)) {
        this.events.push({ id: newId(), productId, action, atMs: this.clock.now(), by });
      }
    }
    if (this.events.length > KEPT_EVENTS) this.events.splice(0, this.events.length - KEPT_EVENTS / 2);
  }

  /** Of one product, or of all. */
  list(productId: number | null, args: EventArgs, searches: SearchNote[]): object {
    const until = this.clock.now() - this.lagMs;
    const seen = this.events.filter((one) => one.atMs <= until && (productId === null || one.productId === productId));
    return connection(
      this.filtered(seen, args.query, searches),
      args,
      false,
      (one) => (args.sortKey === 'CREATED_AT' ? [one.atMs, one.id] : [one.id]),
      eventView,
    );
  }

  private filtered(events: EventDoc[], query: string | null | undefined, searches: SearchNote[]): EventDoc[] {
    if (!query) return events;
    let rest = events;
    for (const [, field = '', operator = '', value = ''] of query.matchAll(/(\w+):(>=|<=|>|<)?'?([^'\s]+)'?/g)) {
      if (field === 'action') rest = rest.filter((one) => one.action === value);
      else if (field === 'subject_type') rest = rest.filter(() => value.toUpperCase() === 'PRODUCT');
      else if (field === 'created_at') rest = rest.filter((one) => isWithin(one.atMs, operator, Date.parse(value)));
      else {
        // As everywhere: a field that is not known is ignored, and answers all rows [R].
        const message = 'Invalid search field for this query.';
        searches.push({ path: ['events'], query, warnings: [{ field, message, code: 'invalid_field' }] });
      }
    }
    return rest;
  }

  private actionsOf(before: ProductDoc | null, after: ProductDoc | null, by: Editor): EventDoc['action'][] {
    if (!before) return ['create'];
    if (!after) return ['destroy'];
    const [was, is] = [before, after].map((one) => one.publishedOn[ONLINE_STORE.publication] !== undefined);
    if (was !== is) return [is ? 'published' : 'unpublished'];
    return this.fieldEdits && by.kind !== 'order' ? ['update'] : [];
  }
}

function isWithin(held: number, operator: string, wanted: number): boolean {
  if (operator === '>') return held > wanted;
  if (operator === '>=') return held >= wanted;
  if (operator === '<') return held < wanted;
  return operator === '<=' ? held <= wanted : Math.floor(held / 1000) === Math.floor(wanted / 1000);
}

function eventView({ id, productId, action, atMs, by }: EventDoc): object {
  const isApp = by.kind === 'app';
  return {
    __typename: 'BasicEvent',
    id: gid('BasicEvent', id),
    action,
    appTitle: isApp ? by.name : null,
    attributeToApp: isApp,
    attributeToUser: by.kind === 'staff',
    author: by.name,
    createdAt: shopifyTime(new Date(atMs)),
    criticalAlert: false,
    message: `${by.name} did this: ${action}.`,
    subjectId: gid('Product', productId),
    subjectType: 'PRODUCT',
    hasAdditionalContent: false,
    additionalContent: null,
    additionalData: null,
    arguments: null,
    secondaryMessage: null,
  };
}
