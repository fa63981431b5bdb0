import { ControlRefusal } from '../../loopback-server.js';
import type { ShopFeatures } from '../shop-context.js';
import type { ProductJobs } from '../product-jobs.js';

const USAGE =
  'it must be {eligible?, variantComponents?, keepsVariants?: true | false, operations?: "on" | "held", stepMs?: number}';

/** `POST /control/bundles`: what the shop may do with bundles, and how it goes about it. Answers how it stands now. */
export function setFeatures(features: ShopFeatures, jobs: ProductJobs, body: Record<string, unknown>): object {
  const {
    eligible = features.eligibleForBundles,
    operations = features.operations,
    stepMs = features.stepMs,
    variantComponents = features.variantComponents,
    keepsVariants = features.keepsVariants,
    ...rest
  } = body;
  if (
    Object.keys(rest).length > 0 ||
    typeof eligible !== 'boolean' ||
    typeof variantComponents !== 'boolean' ||
    typeof keepsVariants !== 'boolean' ||
    typeof stepMs !== 'number' ||
    !(stepMs >= 0) ||
    (operations !== 'on' && operations !== 'held')
  ) {
    throw new ControlRefusal(400, USAGE);
  }
  Object.assign(features, { eligibleForBundles: eligible, operations, stepMs, variantComponents, keepsVariants });
  if (operations === 'on') jobs.resume();
  return { eligible, operations, stepMs, variantComponents, keepsVariants };
}
