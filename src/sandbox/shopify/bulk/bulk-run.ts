import { gid } from '../product-doc.js';
import type { BulkFile } from './bulk-files.js';
import type { BulkFate } from './bulk-plan.js';

export interface BulkRun {
  id: number;
  type: 'QUERY' | 'MUTATION';
  /** The query or mutation. */
  text: string;
  status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELING' | 'CANCELED';
  errorCode: BulkFate['fail'];
  createdAt: string;
  completedAt: string | null;
  endedAtMs: number | null;
  objectCount: number;
  rootObjectCount: number;
  file: BulkFile;
  fate: BulkFate;
}

export function isUnderWay({ status }: BulkRun): boolean {
  return status === 'CREATED' || status === 'RUNNING' || status === 'CANCELING';
}

/** Counts are texts, and `url` is null until the end, when nothing matched, and when its time is over [R, D]. */
export function runView(run: BulkRun, url: string | null): object {
  const hasFile = run.file.lines > 0 && !isUnderWay(run);
  const isWhole = run.status === 'COMPLETED' || run.status === 'CANCELED';
  return {
    __typename: 'BulkOperation',
    id: gid('BulkOperation', run.id),
    type: run.type,
    query: run.text,
    status: run.status,
    errorCode: run.errorCode,
    createdAt: run.createdAt,
    completedAt: run.completedAt,
    objectCount: String(run.objectCount),
    rootObjectCount: String(run.rootObjectCount),
    fileSize: run.status === 'COMPLETED' && hasFile ? String(run.file.bytes) : null,
    // A cancelled operation has one too, of what was read until then [R].
    url: isWhole && hasFile ? url : null,
    partialDataUrl: run.status === 'FAILED' && hasFile ? url : null,
  };
}
