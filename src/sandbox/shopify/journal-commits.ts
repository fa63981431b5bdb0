import type { JournalCommit } from '../request-journal.js';
import { gid } from './product-doc.js';
import type { Change, ProductChange } from './shopify-state.js';

/** What a commit is in the journal: jobs that only began or went on are not worth a line. */
export function commitsOf(changes: Change[], changed: ProductChange[]): JournalCommit[] {
  return [...changed.map(productCommit), ...changes.flatMap(otherCommit)];
}

function productCommit({ before, after }: ProductChange): JournalCommit {
  const act = before === null ? 'created' : after === null ? 'deleted' : 'updated';
  return { act, id: gid('Product', (after ?? before)?.id ?? 0) };
}

function otherCommit(change: Change): JournalCommit[] {
  if ('drop' in change) {
    return change.drop === 'subscription' ? [{ act: 'deleted', id: gid('WebhookSubscription', change.id) }] : [];
  }
  if (change.put === 'definition') return [{ act: 'saved', id: gid('MetafieldDefinition', change.doc.id) }];
  if (change.put === 'subscription') return [{ act: 'saved', id: gid('WebhookSubscription', change.doc.id) }];
  return [];
}
