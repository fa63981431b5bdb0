import { UnprocessableEntityException } from '@nestjs/common';

const UUID_KINDS = [
  'Sku',
  'Product',
  'ChangeRequest',
  'Change',
  'Delivery',
  'DriftFinding',
  'DriftScan',
  'Party',
  'OwnershipRule',
  'ApiKey',
  'AuditEvent',
  'Alert',
  'QualityIssue',
  'Canary',
  'BundleVersionFailure',
] as const;
/** Their key is the id of what was revised and the number of the revision. */
const REVISION_KINDS = ['SkuRevision', 'ProductRevision'] as const;
const TEXT_KINDS = ['System', 'DriftAuditReport', 'DeadLetterGroup'] as const;

export type NodeKind = (typeof UUID_KINDS)[number] | (typeof REVISION_KINDS)[number] | (typeof TEXT_KINDS)[number];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const REVISION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9]\d{0,8}$/i;
const KEY = /^[\x21-\x7e]{1,128}$/;

/** A global id: what kind of thing, and its own key: `Sku_0199…`, `System_shopify-us`. */
export function nodeId(kind: NodeKind, key: string): string {
  return `${kind}_${key}`;
}

/** Kind and key of a global id; null when the text is none. Keys of rows are UUIDs, so that no other text reaches SQL. */
export function decodeNodeId(id: string): { kind: NodeKind; key: string } | null {
  const split = id.indexOf('_');
  const name = id.slice(0, split);
  const key = id.slice(split + 1);
  const uuidKind = UUID_KINDS.find((each) => each === name);
  if (uuidKind) return UUID.test(key) ? { kind: uuidKind, key: key.toLowerCase() } : null;
  const revisionKind = REVISION_KINDS.find((each) => each === name);
  if (revisionKind) return REVISION.test(key) ? { kind: revisionKind, key: key.toLowerCase() } : null;
  const textKind = TEXT_KINDS.find((each) => each === name);
  return textKind && KEY.test(key) ? { kind: textKind, key } : null;
}

/**
 * The key of an id that must be of one kind.
 * @throws UnprocessableEntityException (BAD_USER_INPUT) for an id of another kind, or none at all.
 */
export function keyOf(kind: NodeKind, id: string): string {
  const decoded = decodeNodeId(id);
  if (decoded?.kind === kind) return decoded.key;
  throw new UnprocessableEntityException(
    `"${id.slice(0, 80)}" is no id of a ${kind}; such an id begins with "${kind}_".`,
  );
}
