import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../primitives/json.js';
import { hasControls } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import { schemaFault } from './schema-fault.js';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = { [key: string]: Json };

/** A rule of the house as data: what it means, what it is until somebody sets it, and what a value must be. */
export interface SettingDefinition<T> {
  /** For people: what it decides. */
  description: string;
  /** In force until somebody sets another value. */
  initial: T;
  schema: JsonSchema;
  /** What a value of the schema's form may still get wrong; paths are within the value. */
  faults(value: T): Problem[];
}

/** One line of text. What a caller's text becomes once it is trimmed. */
export const LINE: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  pattern: '^\\S(.*\\S)?$',
  description: 'one line of text, without spaces at its ends',
};

const ajv = new Ajv2020({ allErrors: true, strict: true, verbose: true });
const validators = new Map<JsonSchema, ReturnType<typeof ajv.compile>>();

/** More would not be read by whoever has to mend the value. */
const FAULTS_LIMIT = 50;
/** A rule of the house that is longer than a megabyte is a catalogue. */
const VALUE_BYTES = 1_000_000;

/**
 * Everything that is wrong with a value: against the schema, else what the definition says beyond it.
 * Paths are within the value (`["0", "grammar"]`); codes are INVALID_FORMAT, REQUIRED, TOO_LONG or the definition's own.
 */
export function settingFaults<T>(definition: SettingDefinition<T>, value: Json): Problem[] {
  if (JSON.stringify(value).length > VALUE_BYTES) {
    return [problem('TOO_LONG', `a setting has at most ${VALUE_BYTES} characters of JSON`, [])];
  }
  const dirty = placesOfControls(value, []).slice(0, FAULTS_LIMIT);
  if (dirty.length > 0) return dirty.map((path) => problem('INVALID_FORMAT', 'no control characters', path));
  let validate = validators.get(definition.schema);
  if (!validate) {
    validate = ajv.compile(definition.schema);
    validators.set(definition.schema, validate);
  }
  if (!validate(value)) {
    const faults = (validate.errors ?? []).flatMap((error) => schemaFault(error) ?? []);
    return faults.slice(0, FAULTS_LIMIT);
  }
  return definition.faults(value as T).slice(0, FAULTS_LIMIT);
}

/** Where texts, or keys, hold control characters or half a character; a key is told as its object's. */
function placesOfControls(value: Json, path: string[]): string[][] {
  if (typeof value === 'string') return hasControls(value) ? [path] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    hasControls(key) ? [path] : placesOfControls(inner, [...path, key]),
  );
}
