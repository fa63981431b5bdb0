import type { IssueEntity, IssueSeverity, QualityIssue } from '../../domain/quality/quality-issue.js';
import type { WrittenRevision } from './catalog-store.js';
import type { Page, PageRequest } from './page.js';

/** An issue of something that was just created. */
export interface NotedIssue extends QualityIssue {
  productId: string;
  skuId: string | null;
  /** SKU code or product handle. */
  target: string;
}

/** Quality issues, in one transaction. */
export interface QualityStore {
  /** Puts issues of what this very transaction creates on record; at most one for each field of each. */
  note(importId: string, issues: readonly NotedIssue[]): Promise<void>;
  /** Ends the issues of the fields that revisions decided on, each with the revision that did. */
  settle(written: readonly WrittenRevision[], changeRequestId: string | null): Promise<void>;
}

export interface QualityIssueView {
  id: string;
  entity: IssueEntity;
  productId: string;
  skuId: string | null;
  target: string;
  field: string;
  rawValue: string | null;
  code: string;
  severity: IssueSeverity;
  message: string;
  importId: string;
  line: number;
  foundAt: Date;
  resolvedAt: Date | null;
  /** The revision of the SKU or product that decided on the field. */
  resolvedRevision: number | null;
  changeRequestId: string | null;
}

export interface QualityQuery {
  entity?: IssueEntity | null;
  field?: string | null;
  code?: string | null;
  severity?: IssueSeverity | null;
  /** SKU code: issues of the SKU alone, not of its product. */
  sku?: string | null;
  /** Product handle: issues of the product and of all its SKUs. */
  product?: string | null;
  /** Code of the party that is accountable now. */
  owner?: string | null;
  importId?: string | null;
  /** True: only those that have ended; false: only those that have not; left out: both. */
  resolved?: boolean | null;
}

/** How many issues there are of one kind. */
export interface QualityCount {
  entity: IssueEntity;
  field: string;
  code: string;
  open: number;
  resolved: number;
}

export interface QualityReader {
  /** Newest first. */
  issues(page: PageRequest, query: QualityQuery): Promise<Page<QualityIssueView>>;
  /** What a query would list, counted by field and code; the most open first. */
  counts(query: QualityQuery): Promise<QualityCount[]>;
  issuesByIds(ids: readonly string[]): Promise<Map<string, QualityIssueView>>;
  /** Open issues of SKUs, by SKU id; of products themselves, by product id. */
  openOfSkus(skuIds: readonly string[]): Promise<Map<string, QualityIssueView[]>>;
  openOfProducts(productIds: readonly string[]): Promise<Map<string, QualityIssueView[]>>;
  /** All that a query lists, oldest first, some at a time; each with the handle of its product. */
  all(query: QualityQuery): AsyncIterable<(QualityIssueView & { handle: string })[]>;
}
