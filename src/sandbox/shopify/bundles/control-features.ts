import { ControlRefusal } from '../../loopback-server.js';
import type { ShopFeatures } from '../shop-context.js';
import type { BundleJobs } from './bundle-jobs.js';

const USAGE = 'it must be {eligible?, variantComponents?, keepsVariants?: true | false, operations?: "on" | "held"}';

/** `POST /control/bundles`: what the shop may do with bundles, and how it goes about it. Answers how it stands now. */
export function setFeatures(features: ShopFeatures, jobs: BundleJobs, body: Record<string, unknown>): object {
  const {
    eligible = features.eligibleForBundles,
    operations = features.operations,
    variantComponents = features.variantComponents,
    keepsVariants = features.keepsVariants,
    ...rest
  } = body;
  if (
    Object.keys(rest).length > 0 ||
    typeof eligible !== 'boolean' ||
    typeof variantComponents !== 'boolean' ||
    typeof keepsVariants !== 'boolean' ||
    (operations !== 'on' && operations !== 'held')
  ) {
    throw new ControlRefusal(400, USAGE);
  }
  Object.assign(features, { eligibleForBundles: eligible, operations, variantComponents, keepsVariants });
  if (operations === 'on') jobs.resume();
  return { eligible, operations, variantComponents, keepsVariants };
}
