import { isAskedOf } from '../attributes/definition.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { SkuContent } from '../catalog/sku.js';
import { ruleOf } from '../drift/source-of-truth.js';
import { judgeCode, namingFactsOf } from '../naming/judge-code.js';
import { compareDecimals } from '../primitives/decimal.js';
import { ownValue } from '../primitives/json.js';
import type { GateEffect } from '../settings/gates-setting.js';
import { isGtinRequired } from '../settings/gtin-setting.js';
import { BUNDLE_GATES } from './bundle-gates.js';
import type { Asked, Gate, GatedSku, GateFacts, GateRule } from './gate.js';
import { askGates } from './gate.js';

type States = GateRule['states'];

/** Asked of whatever more than the master shall know of; told, but no hindrance, where something is recalled. */
const live = (effect: GateEffect): States => ({
  PRELAUNCH: effect,
  ACTIVE: effect,
  ON_HOLD: 'WARN',
  PHASE_OUT: effect,
});
const ON_SALE: States = { ACTIVE: 'BLOCK', PHASE_OUT: 'BLOCK' };

/** Fields without a gate of their own that are asked for where a system owns them. */
const OWNABLE = ['gtin', 'taxCode', 'unitOfMeasure'] as const;

const always = { choosable: false, problem: 'GATE_UNSATISFIED' } as const;
const asTheHouseSays = { choosable: true, problem: 'GATE_UNSATISFIED' } as const;

/** Every gate of the lifecycle (design 4.2), in the order in which they are told. */
export const GATE_RULES: readonly GateRule[] = [
  {
    ...always,
    code: 'TITLE',
    states: live('BLOCK'),
    message: 'has a title',
    fields: ['title'],
    ask: ({ title }) => [{ satisfied: title.trim() !== '' }],
  },
  {
    ...always,
    code: 'PRODUCT',
    states: live('BLOCK'),
    message: 'belongs to a product',
    fields: ['product'],
    ask: (_sku, { product }) => [{ satisfied: product !== null }],
  },
  {
    ...asTheHouseSays,
    code: 'OWNER',
    states: live('BLOCK'),
    message: 'has an accountable owner who is active',
    fields: ['vendor', 'productType'],
    ask: (_sku, { ownerResolved }) => [{ satisfied: ownerResolved }],
  },
  {
    ...asTheHouseSays,
    code: 'NAMING',
    states: live('WARN'),
    message: 'has a code that fits its naming policy',
    fields: ['title', 'attributes', 'optionValues', 'vendor', 'productType'],
    ask: askNaming,
  },
  fieldGate('WEIGHT', 'weight', 'has a weight', live('WARN')),
  fieldGate('COUNTRY_OF_ORIGIN', 'countryOfOrigin', 'has a country of origin', live('WARN')),
  fieldGate('HS_CODE', 'hsCode', 'has an HS code', live('WARN')),
  {
    ...asTheHouseSays,
    code: 'ATTRIBUTE_REQUIRED',
    states: { ...live('BLOCK'), RETIRED: 'BLOCK' },
    message: 'has every attribute that is required from this state or an earlier one',
    fields: ['attributes', 'productType'],
    ask: askAttributes,
  },
  {
    ...always,
    code: 'PRICE',
    states: ON_SALE,
    message: 'has a price',
    fields: ['price'],
    ask: ({ price }) => [{ satisfied: price !== null }],
  },
  {
    code: 'PRICE_MISSING_FOR_SYSTEM',
    choosable: false,
    problem: 'PRICE_MISSING_FOR_SYSTEM',
    states: ON_SALE,
    message: "has a price of its own in every store of another currency than the master's that it is listed in",
    fields: ['systemValues', 'listedIn'],
    ask: askForeignPrices,
  },
  {
    ...asTheHouseSays,
    code: 'GTIN',
    states: { ACTIVE: 'BLOCK', PHASE_OUT: 'WARN' },
    message: 'has a GTIN, where its product type asks for one',
    fields: ['gtin', 'productType'],
    ask: ({ gtin }, { settings, product }) =>
      isGtinRequired(settings.gtin, product?.productType ?? null) ? [{ satisfied: gtin !== null }] : [],
  },
  fieldGate('COST', 'cost', 'has a cost', { ACTIVE: 'WARN', PHASE_OUT: 'WARN' }),
  {
    ...asTheHouseSays,
    code: 'SYSTEM_FIELD',
    states: { ACTIVE: 'WARN', PHASE_OUT: 'WARN' },
    message: 'has every other field that a system owns',
    fields: OWNABLE,
    ask: askOwnedFields,
  },
  {
    ...asTheHouseSays,
    code: 'STOCK',
    states: { RETIRED: 'WARN' },
    message: 'has no stock on hand, as the ERP last reported it',
    fields: ['state'],
    ask: askStock,
  },
  ...BUNDLE_GATES,
];

/** Everything that a state asks of a SKU, by the table above. */
export function gatesOf(state: LifecycleState, sku: GatedSku, facts: GateFacts): Gate[] {
  return askGates(GATE_RULES, state, sku, facts);
}

/**
 * That a field is there. Where a system owns it, it is asked for from ACTIVE on only: before PRELAUNCH the SKU is not in
 * that system, which therefore cannot own it yet.
 */
function fieldGate(code: string, field: keyof SkuContent, message: string, states: States): GateRule {
  return {
    ...asTheHouseSays,
    code,
    states,
    message,
    fields: [field],
    ask: (sku, facts, state) =>
      state === 'PRELAUNCH' && isOwnedBySystem(field, facts) ? [] : [{ satisfied: sku[field] !== null }],
  };
}

function isOwnedBySystem(field: string, { fieldRules }: GateFacts): boolean {
  const owner = ruleOf(fieldRules, field)?.owner ?? 'MASTER';
  return owner !== 'MASTER';
}

function askOwnedFields(sku: GatedSku, facts: GateFacts): Asked[] {
  return OWNABLE.filter((field) => isOwnedBySystem(field, facts)).map((field) => ({
    subject: field,
    satisfied: sku[field] !== null,
    message: `has a ${field}, which ${ruleOf(facts.fieldRules, field)?.owner} owns`,
  }));
}

/** A code never changes, so a policy of a later day may find it unfit for ever: the reason stands in the message. */
function askNaming(sku: GatedSku, { product, policies }: GateFacts): Asked[] {
  const violation = judgeCode(policies, sku.code, namingFactsOf(sku, product));
  if (violation === null) return [{ satisfied: true }];
  return [{ satisfied: false, message: `has a code that fits the policy ${violation.policy}: ${violation.why}` }];
}

/** A value on the product counts for all its SKUs. */
function askAttributes(sku: GatedSku, { product, settings }: GateFacts, state: LifecycleState): Asked[] {
  return settings.attributes
    .filter((definition) => isAskedOf(definition, state, product?.productType ?? null))
    .map(({ key, name, requiredFrom }) => ({
      subject: key,
      satisfied: ownValue(sku.attributes, key) !== null || ownValue(product?.attributes ?? {}, key) !== null,
      message: `has the attribute ${key} (${name}), which is required from ${requiredFrom} on`,
    }));
}

/** Prices are never converted, so such a store would have none to show (design 4.6). */
function askForeignPrices(sku: GatedSku, { stores, masterCurrency }: GateFacts): Asked[] {
  return stores
    .filter(({ code, currency }) => currency !== masterCurrency && sku.listedIn.includes(code))
    .map(({ code, currency }) => ({
      subject: code,
      satisfied: sku.systemValues.some(({ system, price }) => system === code && price !== null),
      message: `has a price in ${currency} for ${code}`,
    }));
}

/** What no ERP has reported is not known, and nothing is said about it. */
function askStock(_sku: GatedSku, { stock }: GateFacts): Asked[] {
  return stock.map(({ system, onHand, reportedAt }) => ({
    subject: system,
    satisfied: compareDecimals(onHand, '0') === 0,
    message: `has no stock on hand: ${system} reported ${onHand} at ${reportedAt.toISOString()}`,
  }));
}
