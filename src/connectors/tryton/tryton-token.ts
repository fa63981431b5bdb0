import { ConnectorError } from '../../application/ports/connector.js';
import type { Json } from '../../domain/primitives/json.js';
import { faultOf, parsedJson } from '../faults.js';
import type { Stamp } from './tryton-wire.js';
import { isRow } from './tryton-wire.js';

/**
 * What a write takes of the reading that it was decided on: the timestamp of every row that the item is made of, and which
 * rows those are. To everybody else it is a text.
 */
export interface RecordToken {
  variant: number;
  template: number;
  /** By `model,id`, as Tryton takes them back. */
  stamps: Record<string, Stamp>;
  /** Row of the GTIN. */
  gtin: number | null;
  /** Row that links the template with a tariff code, and what it says. */
  tariff: number | null;
  hsCode: string | null;
  country: string | null;
  /** Row of the unit in which it is counted, and whether it has one in which it is sold, and bought. */
  unit: number;
  hasSaleUnit: boolean;
  hasPurchaseUnit: boolean;
  isKit: boolean;
  /** Rows of what the variant itself, and what its template, is made of. */
  ownComponents: number[];
  components: number[];
  /** The template has other variants in use: what it holds is theirs, too. */
  isShared: boolean;
}

export function tokenText(token: RecordToken): string {
  return JSON.stringify(token);
}

/** @throws ConnectorError VALIDATION for a text that is no token of ours. */
export function readToken(text: string): RecordToken {
  const value: Json | undefined = parsedJson(text);
  if (!isRow(value) || typeof value['variant'] !== 'number' || !isRow(value['stamps']))
    throw new ConnectorError(faultOf('VALIDATION', 'the token is none of this connector'));
  return value as unknown as RecordToken;
}
