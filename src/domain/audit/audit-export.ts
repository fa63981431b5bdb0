import type { Json } from '../primitives/json.js';
import { canonicalJson } from '../primitives/json.js';
import type { AuditRecord, SealedRecord } from './audit-chain.js';
import { canonicalRecord } from './audit-chain.js';

/** One line of an export: it can be checked by itself, and against the line before. */
export interface ExportLine extends SealedRecord {
  /** The hash of the record before, in hexadecimal. */
  previous: string;
}

const HASH = /^[0-9a-f]{64}$/;
const SEQUENCE = /^[1-9]\d{0,17}$/;
const TEXTS = ['id', 'at', 'type', 'subject'] as const;

/**
 * A record as one line of JSON without its end: `{"event":{…},"hash":"…","previous":"…"}`, canonical as a whole. The text
 * of `event` is byte for byte what `hash` covers after the 32 bytes of `previous`.
 */
export function exportLine({ record, hash, previous }: ExportLine): string {
  return `{"event":${canonicalRecord(record)},"hash":${JSON.stringify(hash)},"previous":${JSON.stringify(previous)}}`;
}

/** The record of a line; a sentence about what is wrong with it where it is none. */
export function readExportLine(text: string): ExportLine | string {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isObject(line) || !isObject(line['event'])) return 'it has no event';
  const { event, hash, previous } = line;
  if (!isHash(hash) || !isHash(previous)) return 'hash and previous are 64 hexadecimal digits';
  if (!isRecord(event)) return 'its event lacks a field, or a field is of another type';
  const { sequence, id, at, actor, type, subject, data } = event;
  const record = { sequence, id, at, actor, type, subject, data };
  // A field beside the known ones would be outside of what was hashed, and so could say anything.
  const known = canonicalJson({ event: record, hash, previous });
  return canonicalJson(line as Json) === known ? { record, hash, previous } : 'it has fields beside its own';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}

function isRecord(event: Record<string, unknown>): event is Record<string, unknown> & AuditRecord {
  if (TEXTS.some((name) => typeof event[name] !== 'string')) return false;
  const { sequence } = event;
  return typeof sequence === 'string' && SEQUENCE.test(sequence) && 'actor' in event && 'data' in event;
}
