import type { ApprovalPolicy, ApprovalRule, RelativeSize } from '../approvals/approval-rule.js';
import { DEFAULT_POLICY, RULE_FIELDS } from '../approvals/approval-rule.js';
import { ATTRIBUTE_KEY } from '../attributes/definition.js';
import { LIFECYCLE_STATES } from '../catalog/lifecycle.js';
import { CHANGE_OPERATIONS } from '../change/change.js';
import type { Problem } from '../problem.js';
import { problem } from '../problem.js';
import type { JsonSchema, SettingDefinition } from './setting.js';
import { LINE } from './setting.js';

export type ApprovalsSetting = ApprovalPolicy;

const RULES_LIMIT = 100;
const LIST_LIMIT = 100;
/** More than anybody has people for would only ever say NO_ELIGIBLE_APPROVER. */
const QUORUM_LIMIT = 20;

const FIELD: JsonSchema = {
  type: 'string',
  pattern: `^(${RULE_FIELDS.join('|').replaceAll('.', '\\.')}|attributes\\.${ATTRIBUTE_KEY.slice(1, -1)})$`,
  description: `one of ${RULE_FIELDS.join(', ')}, or attributes. and a key`,
};
const SIZE: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['percent'],
  properties: {
    percent: { type: 'number', minimum: 0.01, maximum: 1_000_000 },
    direction: { enum: ['UP', 'DOWN', 'EITHER'] },
  },
};

function list(items: JsonSchema): JsonSchema {
  return { type: 'array', minItems: 1, maxItems: LIST_LIMIT, uniqueItems: true, items };
}

export const approvalsSetting: SettingDefinition<ApprovalsSetting> = {
  description: 'Approval policy: which changes ask whom for how many approvals. All rules that match add up.',
  initial: DEFAULT_POLICY,
  schema: {
    type: 'array',
    minItems: 1,
    maxItems: RULES_LIMIT,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['key', 'require'],
      properties: {
        key: {
          type: 'string',
          pattern: '^[a-z][a-z0-9-]{0,63}$',
          description: 'small letters, digits and dashes, at most 64',
        },
        description: LINE,
        when: {
          type: 'object',
          additionalProperties: false,
          properties: {
            operations: list({ enum: [...CHANGE_OPERATIONS] }),
            fields: list(FIELD),
            productTypes: list(LINE),
            vendors: list(LINE),
            states: list({ enum: [...LIFECYCLE_STATES] }),
            priceChange: SIZE,
            costChange: SIZE,
            skus: {
              type: 'object',
              additionalProperties: false,
              required: ['atLeast'],
              properties: { atLeast: { type: 'integer', minimum: 1, maximum: 10_000 } },
            },
          },
        },
        ownerMayAlone: list(FIELD),
        require: {
          type: 'object',
          additionalProperties: false,
          properties: {
            owner: { const: true, description: 'true, or left out' },
            party: LINE,
            count: { type: 'integer', minimum: 1, maximum: QUORUM_LIMIT },
          },
        },
      },
    },
  },
  faults: (rules) => [...repeatedKeys(rules), ...rules.flatMap((rule, at) => ruleFaults(rule, String(at)))],
};

function repeatedKeys(rules: readonly ApprovalRule[]): Problem[] {
  return rules.flatMap(({ key }, at) => {
    const isRepeated = rules.findIndex((each) => each.key === key) < at;
    return isRepeated ? [problem('INVALID_FORMAT', `there is another rule ${key}`, [String(at), 'key'])] : [];
  });
}

function ruleFaults({ require, when = {} }: ApprovalRule, at: string): Problem[] {
  const faults: Problem[] = [];
  if ((require.owner === true) === (require.party !== undefined)) {
    faults.push(problem('INVALID_FORMAT', 'a rule asks either the owner or one party', [at, 'require']));
  }
  for (const key of ['priceChange', 'costChange'] as const) {
    const fault = placesFault(when[key]);
    if (fault) faults.push(problem('INVALID_FORMAT', fault, [at, 'when', key, 'percent']));
  }
  return faults;
}

/** More places would be rounded away where sizes are compared. */
function placesFault(size: RelativeSize | undefined): string | null {
  return size && Number(size.percent.toFixed(2)) !== size.percent ? 'this has at most two places' : null;
}
