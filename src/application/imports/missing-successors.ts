import type { ProposedChange } from '../../domain/change/change.js';
import type { RowFault } from '../../domain/imports/csv-row.js';
import type { ImportHeader } from '../../domain/imports/import-format.js';

/** A SKU of a file whose successor is no SKU. */
export interface MissingSuccessor {
  /** Of the SKU that is to be succeeded. */
  code: string;
  successor: string;
  /** The line that the SKU came from. */
  line: number;
}

/** Does the file say anything of successors at all? */
export function namesSuccessors(header: ImportHeader): boolean {
  return header.placeOf({ line: 1, change: changeOf('', '') }, ['successor']).column !== null;
}

/** What the report says of them, each a quality issue of its SKU. */
export function successorFaults(missing: readonly MissingSuccessor[], header: ImportHeader): RowFault[] {
  return missing.map(({ code, successor, line }) => {
    const place = header.placeOf({ line, change: changeOf(code, successor) }, ['successor']);
    const subject = { entity: 'SKU' as const, key: code, field: 'successor' };
    const message = 'no SKU has this code, in the master or in the file; left unset';
    return { ...place, code: 'NOT_FOUND', message, rejected: false, subject };
  });
}

/** The change by which a SKU loses its successor; also what looks it up. */
export function changeOf(target: string, successor: string | null): ProposedChange {
  return { operation: 'SKU_UPDATE', target, baseRevision: null, patch: { successor } };
}
