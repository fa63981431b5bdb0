import type { ChangeOperation } from '../../domain/change/change.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { RowChange } from '../../domain/imports/import-format.js';
import { foldCode } from '../../domain/primitives/text.js';
import { projectedFields, severityOfIssue } from '../../domain/quality/quality-issue.js';
import type { WrittenRevision } from '../ports/catalog-store.js';
import type { NotedIssue } from '../ports/quality-store.js';

/** A product or SKU that a batch made. */
export type MadeTarget = Pick<WrittenRevision, 'entity' | 'productId' | 'skuId' | 'target' | 'created'>;

/**
 * The quality issues among the faults of a batch: values that were not taken, of SKUs and products that the batch made.
 * A row that was rejected has none, though its code be another row's; nor has a product that was known already: its
 * values are not the file's.
 * @param rows the changes that were written.
 */
export function notedIssues(
  faults: readonly RowFault[],
  written: readonly MadeTarget[],
  rows: readonly RowChange[],
): NotedIssue[] {
  const noted = faults.filter(({ subject }) => subject !== null);
  if (noted.length === 0) return [];
  const made = new Map(written.filter(({ created }) => created).map((each) => [keyOf(each.entity, each.target), each]));
  const creations = rows.filter(({ change }) => change.operation.endsWith('_CREATE'));
  const makers = new Map(creations.map((row) => [keyOf(entityOf(row.change.operation), row.change.target), row]));
  const issues = new Map<string, NotedIssue>();
  for (const { subject, line, code, message, value } of noted) {
    if (!subject) continue;
    const { entity, field } = subject;
    const place = keyOf(entity, subject.key);
    const maker = makers.get(place);
    const isTheirs = maker?.line === line || maker?.together?.includes(line) === true;
    const owner = isTheirs ? made.get(place) : undefined;
    if (!owner || projectedFields(entity, field) === null) continue;
    const { productId, skuId, target } = owner;
    const severity = severityOfIssue(field, value);
    const key = `${place} ${field}`;
    // A field is missing once, however many cells say it.
    if (issues.has(key)) continue;
    issues.set(key, { entity, productId, skuId, target, field, rawValue: value, code, severity, message, line });
  }
  return [...issues.values()];
}

function entityOf(operation: ChangeOperation): 'SKU' | 'PRODUCT' {
  return operation.startsWith('PRODUCT') ? 'PRODUCT' : 'SKU';
}

function keyOf(entity: 'SKU' | 'PRODUCT', target: string): string {
  return `${entity} ${entity === 'SKU' ? foldCode(target) : target}`;
}
