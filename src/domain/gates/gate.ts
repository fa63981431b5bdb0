import type { BundleFacts } from '../bundle/bundle-facts.js';
import type { LifecycleState } from '../catalog/lifecycle.js';
import type { ProductContent } from '../catalog/product.js';
import type { SkuContent, SkuKind } from '../catalog/sku.js';
import type { FieldRule } from '../drift/source-of-truth.js';
import type { CompiledPolicy } from '../naming/policy.js';
import { foldCode } from '../primitives/text.js';
import type { ProblemCode } from '../problem.js';
import type { GateEffect } from '../settings/gates-setting.js';
import { effectChosen } from '../settings/gates-setting.js';
import type { Settings } from '../settings/settings.js';

/** One thing that a lifecycle state asks for. Only what `blocks` keeps a SKU out; the rest is told as a warning. */
export interface Gate {
  code: string;
  /** What it is about, where one code has several: the key of an attribute, the code of a system or of a SKU. */
  subject: string | null;
  message: string;
  satisfied: boolean;
  blocks: boolean;
  /** The code under which a change that does not satisfy it is told. */
  problem: ProblemCode;
  /** Fields of the SKU, and of its product, that decide it: where to point for what a change took away. */
  fields: readonly string[];
}

export type GatedSku = SkuContent & { id: string; code: string; kind: SkuKind };

/** How much of a SKU one ERP last reported on hand: an exact decimal, below zero where more was sold than was there. */
export interface StockLevel {
  system: string;
  onHand: string;
  reportedAt: Date;
}

/** What gates must know beside the SKU itself. */
export interface GateFacts {
  /** Null where the SKU names a product that is not there. */
  product: (ProductContent & { handle: string }) | null;
  /** An ownership rule names a party, and it can answer. */
  ownerResolved: boolean;
  settings: Settings;
  /** Naming policies of the settings, ready for use. */
  policies: readonly CompiledPolicy[];
  /** Stores, and the currency that each sells in. */
  stores: readonly { code: string; currency: string }[];
  masterCurrency: string;
  /** Which system owns which field. */
  fieldRules: readonly FieldRule[];
  stock: readonly StockLevel[];
  bundle: BundleFacts;
}

/** One answer of a gate; a gate of many subjects gives one for each. */
export interface Asked {
  satisfied: boolean;
  subject?: string;
  /** Goes on from the SKU's code; the gate's own where left out. */
  message?: string;
}

/** One row of the table of gates: data but for its question, so that the documents are written out of it. */
export interface GateRule {
  code: string;
  /** Which states ask it, and what an unsatisfied one does there until the house decides otherwise. */
  states: Readonly<Partial<Record<LifecycleState, GateEffect>>>;
  /** May the setting `gates` decide otherwise? */
  choosable: boolean;
  /** Goes on from the SKU's code: "has a weight". */
  message: string;
  problem: ProblemCode;
  fields: readonly string[];
  /** No answer: it is not asked of this SKU in this state. */
  ask(sku: GatedSku, facts: GateFacts, state: LifecycleState): readonly Asked[];
}

/** States that must be open to whatever is recalled: what they ask is told, and never keeps a SKU out. */
export const NEVER_BLOCKING: readonly LifecycleState[] = ['ON_HOLD'];

/** Everything that a state asks of a SKU, satisfied or not, in one go and in the order of the table (design 4.2). */
export function askGates(rules: readonly GateRule[], state: LifecycleState, sku: GatedSku, facts: GateFacts): Gate[] {
  return rules.flatMap((rule) => {
    const effect = effectOf(rule, state, facts);
    if (effect === null) return [];
    const { code, problem, fields } = rule;
    return rule.ask(sku, facts, state).map(({ satisfied, subject = null, message = rule.message }): Gate => {
      return { code, subject, message, satisfied, blocks: effect === 'BLOCK', problem, fields };
    });
  });
}

function effectOf(rule: GateRule, state: LifecycleState, { settings, product }: GateFacts): GateEffect | null {
  const initial = rule.states[state];
  if (initial === undefined) return null;
  if (NEVER_BLOCKING.includes(state)) return 'WARN';
  return (rule.choosable ? effectChosen(settings.gates, rule.code, product?.productType ?? null) : null) ?? initial;
}

/** Which gate it is, among all that were asked of one SKU. */
export function gateKey({ code, subject }: Pick<Gate, 'code' | 'subject'>): string {
  return subject === null ? code : `${code}:${foldCode(subject)}`;
}
