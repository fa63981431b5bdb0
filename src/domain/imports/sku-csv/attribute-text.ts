import type { AttributeDefinition } from '../../attributes/definition.js';
import type { Json } from '../../primitives/json.js';

/** An attribute's value as one cell. Canonical values are text, true or false; what an earlier time left behind is JSON. */
export function attributeText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value that a cell says, for its definition to judge: null for an empty one. Spreadsheets write TRUE for true. */
export function attributeOf(cell: string, definition: AttributeDefinition | undefined): Json {
  if (cell === '') return null;
  const said = cell.toLowerCase();
  return definition?.type === 'BOOLEAN' && (said === 'true' || said === 'false') ? said === 'true' : cell;
}
