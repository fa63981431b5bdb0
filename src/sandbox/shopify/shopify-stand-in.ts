import type { GraphQLSchema } from 'graphql';
import { OperationTypeNode } from 'graphql';
import type { Editor } from '../actor.js';
import { FAULT_KINDS, FaultPlan } from '../fault-plan.js';
import type { Answer, LoopbackServer, Request } from '../loopback-server.js';
import { listenOnLoopback } from '../loopback-server.js';
import { SeededRandom } from '../random.js';
import type { JournalCommit } from '../request-journal.js';
import { RequestJournal } from '../request-journal.js';
import { VirtualClock } from '../virtual-clock.js';
import { Account } from './access/account.js';
import { CostBucket } from './access/cost-bucket.js';
import { Tokens } from './access/tokens.js';
import type { ReadyOperation } from './admin-api.js';
import { readOperation, runOperation, throttled, unauthorized, withApiHeaders } from './admin-api.js';
import { loadAdminSchema } from './admin-schema.js';
import { BulkOperations } from './bulk/bulk-operations.js';
import { BulkPlan } from './bulk/bulk-plan.js';
import { Latency } from './control/latency.js';
import { ShopifyControl } from './control/shopify-control.js';
import { commitsOf } from './journal-commits.js';
import { shopifyTime } from './product-doc.js';
import { ProductJobs } from './product-jobs.js';
import { SearchIndex } from './search-index.js';
import type { ShopContext, ShopFeatures } from './shop-context.js';
import { withSharedItems } from './shared-items.js';
import { ShopEvents } from './shop-events.js';
import { APP_TITLE, CLIENT_ID } from './shop-view.js';
import { ShopifyState } from './shopify-state.js';
import { struck } from './strike.js';
import { WebhookPlan } from './webhooks/webhook-plan.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

const API_PATH = /^\/admin\/api\/([\w-]+)\/graphql\.json$/;
const OURSELVES: Editor = { kind: 'app', name: APP_TITLE };

export interface ShopifySettings {
  dataDir: string | null;
  port: number;
  accessToken: string;
  clientSecret: string;
}

/** The Admin API, its tokens, webhooks, uploads and bulk files, and the control side, on one loopback port. */
export class ShopifyStandIn {
  readonly state: ShopifyState;
  private readonly schema: GraphQLSchema = loadAdminSchema();
  private readonly clock = new VirtualClock();
  private readonly random = new SeededRandom();
  private readonly journal = new RequestJournal();
  private readonly faults = new FaultPlan(FAULT_KINDS, this.random.next);
  private readonly bucket = new CostBucket(this.clock);
  private readonly account = new Account();
  private readonly latency = new Latency(this.clock, this.random.next);
  private readonly events = new ShopEvents(this.clock);
  private readonly features: ShopFeatures = {
    eligibleForBundles: true,
    operations: 'on',
    stepMs: 20,
    variantComponents: true,
    keepsVariants: true,
  };
  private readonly index: SearchIndex;
  private readonly tokens: Tokens;
  private readonly webhooks: WebhookSender;
  private readonly bulk: BulkOperations;
  private readonly jobs: ProductJobs;
  private readonly control: ShopifyControl;
  private server: LoopbackServer | null = null;

  constructor(private readonly settings: ShopifySettings) {
    const { account, bucket, clock, events, faults, features, journal, latency, random, schema } = this;
    const { dataDir } = settings;
    const state = new ShopifyState(dataDir);
    this.state = state;
    this.index = new SearchIndex(state, clock);
    const webhookPlan = new WebhookPlan(settings.clientSecret);
    const bulkPlan = new BulkPlan();
    const clientSecret = (): string => webhookPlan.secret;
    const permanentToken = settings.accessToken;
    this.tokens = new Tokens({ clock, account, permanentToken, clientSecret, clientId: CLIENT_ID });
    this.webhooks = new WebhookSender({
      state,
      clock,
      plan: webhookPlan,
      random: random.next,
      onDropped: ({ id }) => {
        this.own('webhook subscription dropped').commit([{ drop: 'subscription', id }]);
      },
    });
    this.bulk = new BulkOperations({
      schema,
      dataDir,
      clock,
      plan: bulkPlan,
      random: random.next,
      work: (operation) => this.own(operation),
      onFinish: (run) => this.webhooks.announceBulk(run),
    });
    const context = this.context.bind(this);
    this.jobs = new ProductJobs({ state, journal, features, clock, context });
    const { bulk, index, jobs, tokens, webhooks } = this;
    const plans = { bulkPlan, webhookPlan };
    const levers = { account, bucket, events, faults, features, index, latency, tokens };
    this.control = new ShopifyControl({
      state,
      clock,
      random,
      journal,
      jobs,
      bulk,
      webhooks,
      context,
      ...plans,
      ...levers,
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
    this.clock.close();
    await this.server?.close();
    this.bulk.close();
    this.state.close();
  }

  private async handle(request: Request): Promise<Answer | 'hang' | 'reset'> {
    const { method, path } = request;
    if (path.startsWith('/control/')) return this.control.handle(request);
    if (path.startsWith('/bulk/')) {
      const stream = this.bulk.file(path);
      return stream ? { status: 200, stream } : { status: 404, text: 'no such file' };
    }
    if (method === 'POST' && path === '/staged') return this.bulk.uploads.take(request);
    if (method === 'POST' && path === '/admin/oauth/access_token') return this.tokens.issue(request);
    const asked = method === 'POST' ? API_PATH.exec(path)?.[1] : undefined;
    const version = asked === undefined ? null : this.account.answering(asked);
    if (version === null) return { status: 404, json: { errors: 'Not Found' } };
    await this.latency.pass();
    const answer = await this.admit(request);
    return typeof answer === 'string' ? answer : withApiHeaders(answer, version);
  }

  private async admit(request: Request): Promise<Answer | 'hang' | 'reset'> {
    const refusal = this.account.refusal();
    if (refusal) return this.refused(refusal);
    if (!this.tokens.isValid(request.headers['x-shopify-access-token'])) return this.refused(unauthorized());
    const ready = readOperation(this.schema, request, this.bucket.costLimit);
    return 'status' in ready ? this.refused(ready) : this.answer(ready);
  }

  /** What never came to be an operation is in the journal too, without a name. */
  private refused(answer: Answer): Answer {
    const { status } = answer;
    this.journal.add({ source: 'request', operation: '', kind: 'query', by: 'api', status, fault: null, commits: [] });
    return answer;
  }

  private async answer(ready: ReadyOperation): Promise<Answer | 'hang' | 'reset'> {
    const kind = ready.operation.operation === OperationTypeNode.MUTATION ? 'mutation' : 'query';
    const operation = ready.operation.name?.value ?? '';
    const fault = this.faults.take([operation, kind]);
    const commits: JournalCommit[] = [];
    let answer: Answer | 'hang' | 'reset';
    if (fault?.when === 'before') answer = struck(fault, ready.cost, this.bucket, null);
    else if (!this.bucket.take(ready.cost)) answer = throttled(ready.cost, this.bucket.current());
    else {
      answer = await runOperation(this.schema, ready, this.context(commits, true), this.bucket);
      if (fault) answer = struck(fault, ready.cost, this.bucket, answer);
    }
    const status = typeof answer === 'string' ? answer : answer.status;
    const faultName = fault ? `${fault.when} ${fault.kind}` : null;
    this.journal.add({ source: 'request', operation, kind, by: 'api', status, fault: faultName, commits });
    return answer;
  }

  /** A context for what goes on after its request was answered; each of its commits is a line of the journal. */
  private own(operation: string): ShopContext {
    const context = this.context([], true);
    return {
      ...context,
      commit: (changes) => {
        const commits: JournalCommit[] = [];
        this.context(commits, true).commit(changes);
        this.journal.add({ source: 'job', operation, kind: 'mutation', by: 'api', status: 200, fault: null, commits });
      },
    };
  }

  /** One request's view of the shop; `commits` collects what it commits. */
  private context(commits: JournalCommit[], isAnnounced: boolean, by: Editor = OURSELVES): ShopContext {
    const { account, bulk, events, features, index, jobs, state } = this;
    const now = shopifyTime(this.clock.date());
    return {
      account,
      bulk,
      events,
      features,
      index,
      jobs,
      state,
      now,
      unpaged: false,
      scan: null,
      searches: [],
      commit: (written) => {
        const changes = withSharedItems(state, written, now);
        const changed = state.commit(changes);
        commits.push(...commitsOf(changes, changed));
        index.note(changed);
        if (!isAnnounced) return;
        events.note(changed, by, () => state.newId());
        this.webhooks.announce(changed);
      },
    };
  }
}
