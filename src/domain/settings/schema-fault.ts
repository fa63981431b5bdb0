import type { ErrorObject } from 'ajv';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';

const TYPES: Readonly<Record<string, string>> = {
  array: 'this is a list',
  boolean: 'this is true or false',
  number: 'this is a number',
  object: 'this is an object',
  string: 'this is text',
};

/** Names of properties that a message lists; a dictionary's would fill the page. */
const NAMES = 20;

/**
 * What a schema found wrong, in words for whoever wrote the value, at the place that is to be mended: a property that is
 * missing is REQUIRED there, everything else INVALID_FORMAT. Null for what Ajv says of the schema's own branches.
 */
export function schemaFault({ instancePath, keyword, params, message, parentSchema }: ErrorObject): Problem | null {
  if (keyword === 'if') return null;
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const fault = (text: string, place: readonly string[] = path): Problem => problem('INVALID_FORMAT', text, [...place]);
  const limit = String(params['limit']);
  switch (keyword) {
    case 'required':
      return problem('REQUIRED', `${String(params['missingProperty'])} is missing`, [
        ...path,
        String(params['missingProperty']),
      ]);
    case 'additionalProperties': {
      const extra = String(params['additionalProperty']);
      return fault(`there is no ${extra.slice(0, 40)} here; ${namesOf(parentSchema)}`, [...path, extra]);
    }
    case 'enum':
      return fault(`this is one of ${listOf(params['allowedValues'])}`);
    case 'const':
    case 'pattern':
      // No regular expression tells a person what to write: the schema says it in words beside it.
      return fault(`this is ${meaningOf(parentSchema) ?? JSON.stringify(params['allowedValue'] ?? params['pattern'])}`);
    case 'type':
      return fault(TYPES[String(params['type'])] ?? `this is of the type ${String(params['type'])}`);
    case 'minLength':
      return fault(limit === '1' ? 'this is not empty' : `this has at least ${limit} characters`);
    case 'maxLength':
      return fault(`this has at most ${limit} characters`);
    case 'minItems':
      return fault(limit === '1' ? 'this list is not empty' : `this list has at least ${limit} entries`);
    case 'maxItems':
    case 'maxProperties':
      return fault(`this has at most ${limit} entries`);
    default:
      return fault(message ?? 'does not fit the schema');
  }
}

function namesOf(schema: ErrorObject['parentSchema']): string {
  const properties: unknown = schema?.['properties'];
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return names.length > NAMES ? `there are ${names.slice(0, NAMES).join(', ')}, …` : `there is ${names.join(', ')}`;
}

function meaningOf(schema: ErrorObject['parentSchema']): string | null {
  const description: unknown = schema?.['description'];
  return typeof description === 'string' ? description : null;
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.join(', ') : '';
}
