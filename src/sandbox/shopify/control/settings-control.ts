import { ControlRefusal } from '../../loopback-server.js';
import type { SeededRandom } from '../../random.js';
import type { VirtualClock } from '../../virtual-clock.js';
import type { Account } from '../access/account.js';
import type { CostBucket } from '../access/cost-bucket.js';
import type { Tokens } from '../access/tokens.js';
import type { BulkPlan } from '../bulk/bulk-plan.js';
import { setFeatures } from './control-features.js';
import type { ProductJobs } from '../product-jobs.js';
import type { SearchIndex } from '../search-index.js';
import type { ShopFeatures } from '../shop-context.js';
import type { ShopEvents } from '../shop-events.js';
import type { ShopifyState } from '../shopify-state.js';
import type { WebhookPlan } from '../webhooks/webhook-plan.js';
import type { WebhookSender } from '../webhooks/webhook-sender.js';
import type { Latency } from './latency.js';

type Body = Record<string, unknown>;

export interface Settings {
  state: ShopifyState;
  clock: VirtualClock;
  random: SeededRandom;
  account: Account;
  tokens: Tokens;
  bucket: CostBucket;
  bulkPlan: BulkPlan;
  index: SearchIndex;
  events: ShopEvents;
  features: ShopFeatures;
  jobs: ProductJobs;
  webhookPlan: WebhookPlan;
  webhooks: WebhookSender;
  latency: Latency;
}

const LONGEST_SKIP_SECONDS = 400 * 86_400;

/** The levers of `/control` that change how the stand-in behaves, each by its name; every one answers how it stands now. */
export function settingsControls(settings: Settings): Record<string, (body: Body) => object | Promise<object>> {
  const { bucket, bulkPlan, events, features, index, jobs, latency, tokens, webhookPlan, webhooks } = settings;
  return {
    account: (body) => setAccount(settings, body),
    bulk: (body) => bulkPlan.configure(body),
    bundles: (body) => setFeatures(features, jobs, body),
    clock: (body) => skipTime(settings.clock, body),
    events: (body) => events.configure(body),
    index: (body) => index.configure(body),
    latency: (body) => latency.configure(body),
    probe: (body) => webhooks.probe(body),
    seed: (body) => setSeed(settings.random, body),
    throttle: (body) => bucket.configure(body),
    tokens: (body) => tokens.configure(body),
    webhooks: (body) => webhookPlan.configure(body),
  };
}

/** Everything back to how a fresh stand-in behaves; time, which was skipped, stays skipped. */
export function resetSettings(settings: Settings): void {
  const { account, bucket, events, features, index, latency, random, tokens, webhooks } = settings;
  for (const one of [account, bucket, events, index, latency, tokens, webhooks]) one.reset();
  random.seed(1);
  Object.assign(features, {
    eligibleForBundles: true,
    operations: 'on',
    stepMs: 20,
    variantComponents: true,
    keepsVariants: true,
  });
}

/** An uninstalled app is told so once, and has no subscriptions any more [D]. */
function setAccount({ account, state, webhooks }: Settings, body: Body): object {
  const { state: was, scopes: previous } = account;
  const answer = account.configure(body);
  if (account.scopes !== previous) {
    webhooks.announceApp('APP_SCOPES_UPDATE', { previous: [...previous], current: [...account.scopes] });
  }
  if (account.state === 'uninstalled' && was !== 'uninstalled') {
    webhooks.announceApp('APP_UNINSTALLED', {});
    state.commit(state.subscriptions().map(({ id }) => ({ drop: 'subscription' as const, id })));
  }
  return answer;
}

async function skipTime(clock: VirtualClock, { skipSeconds, ...rest }: Body): Promise<object> {
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there is skipSeconds`);
  if (typeof skipSeconds !== 'number' || !(skipSeconds >= 0 && skipSeconds <= LONGEST_SKIP_SECONDS)) {
    throw new ControlRefusal(400, `skipSeconds must be a number from 0 to ${LONGEST_SKIP_SECONDS}`);
  }
  await clock.skip(skipSeconds * 1000);
  return { now: clock.date().toISOString() };
}

function setSeed(random: SeededRandom, { seed, ...rest }: Body): object {
  const surplus = Object.keys(rest)[0];
  if (surplus !== undefined) throw new ControlRefusal(400, `unknown key: ${surplus}; there is seed`);
  if (typeof seed !== 'number' || !Number.isInteger(seed)) throw new ControlRefusal(400, 'seed must be a whole number');
  random.seed(seed);
  return { seed };
}
