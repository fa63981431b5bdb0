import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../primitives/json.js';
import { hasControls } from '../primitives/text.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';

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

const ajv = new Ajv2020({ allErrors: true, strict: true });
const validators = new Map<JsonSchema, ReturnType<typeof ajv.compile>>();

/** More would not be read by whoever has to mend the value. */
const FAULTS_LIMIT = 50;
/** A rule of the house that is longer than a megabyte is a catalogue. */
const VALUE_BYTES = 1_000_000;

/**
 * Everything that is wrong with a value: against the schema, else what the definition says beyond it.
 * Paths are within the value (`["0", "grammar"]`); codes are INVALID_FORMAT, TOO_LONG or the definition's own.
 */
export function settingFaults<T>(definition: SettingDefinition<T>, value: Json): Problem[] {
  if (JSON.stringify(value).length > VALUE_BYTES) {
    return [problem('TOO_LONG', `a setting has at most ${VALUE_BYTES} characters of JSON`, [])];
  }
  const dirty = pathOfControls(value, []);
  if (dirty) return [problem('INVALID_FORMAT', 'no control characters', dirty)];
  let validate = validators.get(definition.schema);
  if (!validate) {
    validate = ajv.compile(definition.schema);
    validators.set(definition.schema, validate);
  }
  if (!validate(value)) return (validate.errors ?? []).slice(0, FAULTS_LIMIT).map(faultOf);
  return definition.faults(value as T).slice(0, FAULTS_LIMIT);
}

function faultOf({ instancePath, message, params }: ErrorObject): Problem {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  // Says only "must NOT have additional properties"; which one is what a person looks for.
  const extra: unknown = params['additionalProperty'];
  const named = typeof extra === 'string' ? [...path, extra] : path;
  const allowed: unknown = params['allowedValues'];
  const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return problem('INVALID_FORMAT', `${message ?? 'does not fit the schema'}${list}`, named);
}

/** Where a text, or a key, holds control characters or half a character; null when none does. */
function pathOfControls(value: Json, path: string[]): string[] | null {
  if (typeof value === 'string') return hasControls(value) ? path : null;
  if (value === null || typeof value !== 'object') return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = hasControls(key) ? path : pathOfControls(inner, [...path, key]);
    if (found) return found;
  }
  return null;
}
