import type { Connector, RecordOutcome, RecordWrite } from '../../src/application/ports/connector.js';
import { normaliseAll } from '../../src/domain/drift/normalise.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { DeliveryFault, ObservedRecord } from '../../src/domain/publishing/system.js';
import { commandFor } from '../connectors/contract/writing-contract.js';
import { createOf, faultIn, FRESH, observedOf, updateOf } from '../connectors/writes.js';
import { ITEM } from './tryton-kit.js';

export interface TrytonWrites {
  send: (...writes: RecordWrite[]) => Promise<RecordOutcome[]>;
  made: (code: string, values?: FieldValues) => Promise<ObservedRecord>;
  /** The fields that Tryton shows after the write, normalised. */
  changed: (record: ObservedRecord, values: FieldValues, projection?: FieldValues) => Promise<FieldValues>;
  refusal: (record: ObservedRecord, values: FieldValues) => Promise<DeliveryFault>;
  found: (code: string) => Promise<ObservedRecord>;
}

/** What a publisher does with single records of a real Tryton. */
export function writesOf(connector: () => Connector): TrytonWrites {
  const send = (...writes: RecordWrite[]): Promise<RecordOutcome[]> =>
    connector().write({ ...FRESH, attemptId: 'a', product: { id: 'p', handle: 'h', root: null }, writes });
  const made = async (code: string, values: FieldValues = {}): Promise<ObservedRecord> =>
    observedOf(await send(createOf('SKU', code, { ...ITEM, ...values })), code);
  const changed = async (record: ObservedRecord, values: FieldValues, projection = values): Promise<FieldValues> => {
    const outcomes = await connector().write(commandFor('a', record, { ...updateOf(record, values), projection }));
    return normaliseAll(observedOf(outcomes, record.code ?? '').fields);
  };
  const refusal = async (record: ObservedRecord, values: FieldValues): Promise<DeliveryFault> =>
    faultIn(await connector().write(commandFor('a', record, updateOf(record, values))), record.code ?? '');
  const found = async (code: string): Promise<ObservedRecord> => {
    const [record] = await connector().lookUp({ productId: 'p', handle: 'h', codes: [code] });
    if (!record) throw new Error(`${code} is not there`);
    return record;
  };
  return { send, made, changed, refusal, found };
}
