import type { GatesSetting } from '../settings/gates-setting.js';
import type { LifecycleState } from './lifecycle.js';
import type { SkuContent } from './sku.js';

/** One thing that a lifecycle state asks for. Only what `blocks` keeps a SKU out; the rest is told as a warning. */
export interface Gate {
  code: string;
  message: string;
  satisfied: boolean;
  blocks: boolean;
}

/** What gates must know beside the SKU itself. */
export interface GateFacts {
  ownerResolved: boolean;
  /** The house's own choice of which gates block. */
  gates: GatesSetting;
}

const LIVE: readonly LifecycleState[] = ['PRELAUNCH', 'ACTIVE', 'ON_HOLD', 'PHASE_OUT'];
const ON_SALE: readonly LifecycleState[] = ['ACTIVE', 'PHASE_OUT'];

/** Everything that a state asks of a SKU, satisfied or not, in one go (design 4.2). */
export function gatesOf(to: LifecycleState, sku: SkuContent, facts: GateFacts): Gate[] {
  const gates: Gate[] = [];
  const ask = (code: string, message: string, satisfied: boolean, blocks: boolean): void => {
    gates.push({ code, message, satisfied, blocks });
  };
  if (LIVE.includes(to)) {
    ask('TITLE', 'has a title', sku.title.trim() !== '', true);
    ask('OWNER', 'has an accountable owner who is active', facts.ownerResolved, true);
    ask('WEIGHT', 'has a weight', sku.weight !== null, facts.gates.WEIGHT === 'BLOCK');
    const country = facts.gates.COUNTRY_OF_ORIGIN === 'BLOCK';
    ask('COUNTRY_OF_ORIGIN', 'has a country of origin', sku.countryOfOrigin !== null, country);
    ask('HS_CODE', 'has an HS code', sku.hsCode !== null, facts.gates.HS_CODE === 'BLOCK');
  }
  if (ON_SALE.includes(to)) {
    ask('PRICE', 'has a price', sku.price !== null, true);
    ask('COST', 'has a cost', sku.cost !== null, facts.gates.COST === 'BLOCK');
  }
  return gates;
}
