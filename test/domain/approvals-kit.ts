import type { OwnedTouch } from '../../src/domain/approvals/touched.js';
import type { FieldChange } from '../../src/domain/primitives/json.js';

/** Of a party that is always there. */
export const IN_OFFICE = { delegateFrom: null, delegateUntil: null, awayFrom: null, awayUntil: null };

type Over = Partial<OwnedTouch> & { fields?: readonly string[]; productType?: string; vendor?: string };

/** A SKU that a request updates; fields are changed from one text to another unless `changes` says more. */
export function touch(target: string, { fields = ['price'], productType, vendor, ...over }: Over): OwnedTouch {
  const changes: FieldChange[] = fields.map((field) => ({ field, from: 'a', to: 'b' }));
  const thing = { code: target, handle: 'h', productType: productType ?? null, vendor: vendor ?? null };
  return {
    kind: 'SKU',
    target,
    operations: ['SKU_UPDATE'],
    changes,
    under: [thing],
    states: ['ACTIVE'],
    owners: ['ann'],
    ...over,
  };
}
