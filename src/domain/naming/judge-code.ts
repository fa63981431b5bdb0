import type { Product, ProductContent } from '../catalog/product.js';
import type { SkuContent } from '../catalog/sku.js';
import { namingFault } from './match-code.js';
import type { CompiledPolicy, NamingPolicy } from './policy.js';
import { compilePolicy, policyFor } from './policy.js';
import type { NamingFacts } from './segment.js';

/** That a code does not fit the policy that reaches it. */
export interface NamingViolation {
  policy: string;
  enforce: boolean;
  why: string;
}

/** The policies of the setting `naming`, ready for use: made once for however many codes. */
export function compilePolicies(policies: readonly NamingPolicy[]): CompiledPolicy[] {
  return policies.map(compilePolicy);
}

/** Judges a code by the policy that reaches its product; null where it fits, or where no policy reaches it. */
export function judgeCode(
  policies: readonly CompiledPolicy[],
  code: string,
  facts: NamingFacts,
): NamingViolation | null {
  const policy = policyFor(policies, facts.product);
  if (!policy) return null;
  const why = namingFault(policy, code, facts);
  return why === null ? null : { policy: policy.name, enforce: policy.enforce, why };
}

/** What policies know of a SKU. */
export function namingFactsOf(
  sku: Pick<SkuContent, 'title' | 'attributes' | 'optionValues'>,
  product: (ProductContent & Pick<Product, 'handle'>) | null,
): NamingFacts {
  return {
    product: {
      handle: product?.handle ?? '',
      title: product?.title ?? '',
      vendor: product?.vendor ?? null,
      productType: product?.productType ?? null,
      attributes: product?.attributes ?? {},
    },
    sku: { title: sku.title, attributes: sku.attributes },
    optionValues: sku.optionValues,
  };
}
