import type { FieldRule } from '../drift/source-of-truth.js';
import { SEVERITIES } from '../drift/source-of-truth.js';
import { compareDecimals, isPlainDecimal } from '../primitives/decimal.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import { FIELD_PLACES, isGovernable, isOwnedElsewhere, MASTERS_OWN, MEASURED_FIELDS, NOBODY } from '../truth/matrix.js';
import type { SettingDefinition } from './setting.js';

export type SourceOfTruthSetting = FieldRule[];

const RULES_LIMIT = 600;
const ACTIONS = ['FLAG', 'AUTO_REVERT', 'AUTO_ADOPT', 'IGNORE'];

export const sourceOfTruthSetting: SettingDefinition<SourceOfTruthSetting> = {
  description:
    'The source-of-truth matrix: which system owns which field, and what happens when another one writes it. Fields that are not named have their default.',
  initial: [],
  schema: {
    type: 'array',
    maxItems: RULES_LIMIT,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['field', 'owner', 'onDrift', 'severity', 'tolerance'],
      properties: {
        field: { type: 'string', maxLength: 100 },
        owner: { type: 'string', minLength: 1, maxLength: 64, description: 'MASTER, a system’s code, or NONE' },
        onDrift: { enum: ACTIONS },
        severity: { enum: [...SEVERITIES] },
        tolerance: { type: ['string', 'null'], maxLength: 30, description: 'an exact decimal as text, or null' },
      },
    },
  },
  faults: (rules) => rules.flatMap((rule, at) => ruleFaults(rule, at, rules)),
};

function ruleFaults(rule: FieldRule, at: number, rules: readonly FieldRule[]): Problem[] {
  const { field, owner, onDrift, tolerance } = rule;
  const place = String(at);
  const faults: Problem[] = [];
  const fault = (name: string, message: string): void =>
    void faults.push(problem('INVALID_FORMAT', message, [place, name]));
  if (!isGovernable(field)) {
    fault('field', `the matrix governs ${Object.keys(FIELD_PLACES).join(', ')}, and attributes. with a key`);
    return faults;
  }
  if (rules.findIndex((each) => each.field === field) < at) fault('field', `there is another rule for ${field}`);
  if (MASTERS_OWN.has(field) && isOwnedElsewhere(rule))
    fault('owner', `${field} is the master's, or NONE: it cannot be taken over from a system`);
  if (MASTERS_OWN.has(field) && onDrift === 'AUTO_ADOPT' && field !== 'bundle.components')
    fault('onDrift', `${field} cannot be taken into the master by itself`);
  if (owner === NOBODY && onDrift !== 'IGNORE' && onDrift !== 'FLAG')
    fault('onDrift', `nobody governs ${field}, so nothing of it drifts: FLAG or IGNORE`);
  if (tolerance !== null) {
    if (!MEASURED_FIELDS.has(field)) fault('tolerance', `${field} is no number, so a difference of it has no size`);
    else if (!isPlainDecimal(tolerance) || compareDecimals(tolerance, '0') < 0)
      fault('tolerance', 'an exact decimal such as "0.05", not below 0');
  }
  return faults;
}
