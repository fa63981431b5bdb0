import type { GraphQLSchema } from 'graphql';
import { OperationTypeNode } from 'graphql';
import { FaultPlan } from '../fault-plan.js';
import type { Fault } from '../fault-plan.js';
import type { Answer, LoopbackServer, Request } from '../loopback-server.js';
import { listenOnLoopback } from '../loopback-server.js';
import type { JournalCommit } from '../request-journal.js';
import { RequestJournal } from '../request-journal.js';
import type { ReadyOperation } from './admin-api.js';
import { readOperation, runOperation, throttled, unauthorized, withApiHeaders } from './admin-api.js';
import { loadAdminSchema } from './admin-schema.js';
import { BulkOperations } from './bulk/bulk-operations.js';
import { BundleJobs } from './bundles/bundle-jobs.js';
import { gid, shopifyTime } from './product-doc.js';
import { CostBucket } from './access/query-cost.js';
import type { ShopContext, ShopFeatures } from './shop-context.js';
import { API_VERSION } from './shop-view.js';
import { ShopifyControl } from './control/shopify-control.js';
import type { Change, ProductChange } from './shopify-state.js';
import { ShopifyState } from './shopify-state.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

/** A big shop's bucket, so that a demo is not slowed; `POST /control/throttle` makes it small. */
const BUCKET = { maximumAvailable: 20_000, restoreRate: 1000 };

export interface ShopifySettings {
  dataDir: string | null;
  port: number;
  accessToken: string;
  clientSecret: string;
}

/** The Admin API, its webhooks, its bulk files and the control side, on one loopback port. */
export class ShopifyStandIn {
  readonly state: ShopifyState;
  private readonly settings: ShopifySettings;
  private readonly schema: GraphQLSchema = loadAdminSchema();
  private readonly journal = new RequestJournal();
  private readonly faults = new FaultPlan();
  private readonly bucket = new CostBucket(BUCKET.maximumAvailable, BUCKET.restoreRate);
  private readonly features: ShopFeatures = {
    eligibleForBundles: true,
    operations: 'on',
    variantComponents: true,
    keepsVariants: true,
  };
  private readonly webhooks: WebhookSender;
  private readonly bulk: BulkOperations;
  private readonly jobs: BundleJobs;
  private readonly control: ShopifyControl;
  private server: LoopbackServer | null = null;

  constructor(settings: ShopifySettings) {
    this.settings = settings;
    this.state = new ShopifyState(settings.dataDir);
    this.webhooks = new WebhookSender(this.state, settings.clientSecret);
    this.bulk = new BulkOperations(this.schema, (run) => this.webhooks.announceBulk(run));
    const context = (commits: JournalCommit[], isAnnounced: boolean): ShopContext => this.context(commits, isAnnounced);
    const { state, journal, features } = this;
    this.jobs = new BundleJobs({ state, journal, features, context });
    this.control = new ShopifyControl({
      state,
      journal,
      features,
      context,
      faults: this.faults,
      bucket: this.bucket,
      webhooks: this.webhooks,
      jobs: this.jobs,
    });
  }

  /** Answers the base URL. */
  async listen(): Promise<string> {
    this.server = await listenOnLoopback(this.settings.port, (request) => this.handle(request));
    this.bulk.serveAt(this.server.url);
    this.jobs.resume();
    return this.server.url;
  }

  async close(): Promise<void> {
    this.webhooks.close();
    this.bulk.close();
    this.jobs.close();
    await this.server?.close();
    this.state.close();
  }

  private async handle(request: Request): Promise<Answer | 'hang' | 'reset'> {
    if (request.path.startsWith('/control/')) return this.control.handle(request);
    if (request.path.startsWith('/bulk/')) {
      const text = this.bulk.file(request.path);
      return text === null ? { status: 404, text: 'no such file' } : { status: 200, text };
    }
    if (request.method !== 'POST' || request.path !== `/admin/api/${API_VERSION}/graphql.json`) {
      return { status: 404, json: { errors: 'Not Found' } };
    }
    if (request.headers['x-shopify-access-token'] !== this.settings.accessToken) return withApiHeaders(unauthorized());
    const ready = readOperation(this.schema, request);
    return 'status' in ready ? withApiHeaders(ready) : this.answer(ready);
  }

  private async answer(ready: ReadyOperation): Promise<Answer | 'hang' | 'reset'> {
    const kind = ready.operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
    const operation = ready.operation.name?.value ?? '';
    const fault = this.faults.take([operation, kind]);
    const commits: JournalCommit[] = [];
    let answer: Answer | 'hang' | 'reset';
    if (fault?.when === 'before') answer = this.strike(fault, ready);
    else if (!this.bucket.take(ready.cost)) answer = throttled(ready.cost, this.bucket.current());
    else {
      answer = await runOperation(this.schema, ready, this.context(commits, true), () => this.bucket.current());
      if (fault) answer = this.strike(fault, ready);
    }
    const status = typeof answer === 'string' ? answer : answer.status;
    const faultName = fault ? `${fault.when} ${fault.kind}` : null;
    this.journal.add({ source: 'request', operation, kind, by: 'api', status, fault: faultName, commits });
    return typeof answer === 'string' ? answer : withApiHeaders(answer);
  }

  private strike(fault: Fault, ready: ReadyOperation): Answer | 'hang' | 'reset' {
    switch (fault.kind) {
      case 'hang':
      case 'reset':
        return fault.kind;
      case 'throttled':
        return throttled(ready.cost, { ...this.bucket.current(), currentlyAvailable: 0 });
      case '401':
        return unauthorized();
      case '429':
        return { status: 429, headers: { 'retry-after': '2.0' }, json: { errors: 'Exceeded rate limit' } };
      case '503':
        return { status: 503, json: { errors: 'Service Unavailable' } };
      default:
        return { status: 500, json: { errors: 'Internal Server Error' } };
    }
  }

  /** One request's view of the shop; `commits` collects what it commits. */
  private context(commits: JournalCommit[], isAnnounced: boolean): ShopContext {
    return {
      state: this.state,
      bulk: this.bulk,
      jobs: this.jobs,
      features: this.features,
      now: shopifyTime(new Date()),
      unpaged: false,
      searches: [],
      commit: (changes) => {
        const changed = this.state.commit(changes);
        commits.push(...changed.map(productCommit), ...changes.flatMap(otherCommit));
        if (isAnnounced) this.webhooks.announce(changed);
      },
    };
  }
}

function productCommit({ before, after }: ProductChange): JournalCommit {
  const act = before === null ? 'created' : after === null ? 'deleted' : 'updated';
  return { act, id: gid('Product', (after ?? before)?.id ?? 0) };
}

function otherCommit(change: Change): JournalCommit[] {
  if ('drop' in change) {
    return change.drop === 'subscription' ? [{ act: 'deleted', id: gid('WebhookSubscription', change.id) }] : [];
  }
  if (change.put === 'product' || change.put === 'operation') return [];
  const type = change.put === 'definition' ? 'MetafieldDefinition' : 'WebhookSubscription';
  return [{ act: 'saved', id: gid(type, change.doc.id) }];
}
