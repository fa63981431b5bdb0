import { ConnectorError } from '../../src/application/ports/connector.js';
import type { RecordOutcome, RecordWrite } from '../../src/application/ports/connector.js';
import type { FieldValues } from '../../src/domain/primitives/json.js';
import type { DeliveryFault, ObservedRecord, RecordEntity } from '../../src/domain/publishing/system.js';

/** What a command holds that was never sent before, to a system that answers when it is done. */
export const FRESH = { skus: 1, unsettledSeconds: null, begun: () => Promise.resolve() };

const NO_COMPONENTS: ReadonlyMap<string, string> = new Map();

export function createOf(entity: RecordEntity, code: string, values: FieldValues): RecordWrite {
  return {
    entity,
    id: `${entity.toLowerCase()}-${code}`,
    code,
    action: 'CREATE',
    externalId: null,
    values,
    token: null,
    componentIds: NO_COMPONENTS,
  };
}

export function updateOf(record: ObservedRecord, values: FieldValues): RecordWrite {
  const { entity, externalId, token } = record;
  const code = record.code ?? '';
  const id = `${entity.toLowerCase()}-${code}`;
  return { entity, id, code, action: 'UPDATE', externalId, values, token, componentIds: NO_COMPONENTS };
}

/** The observed record of an outcome; fails the test where it was not written. */
export function observedOf(outcomes: RecordOutcome[], code: string): ObservedRecord {
  const outcome = outcomes.find(({ id }) => id.endsWith(`-${code}`));
  if (!outcome?.written) throw new Error(`${code} was not written: ${JSON.stringify(outcome)}`);
  return outcome.observed;
}

export function faultIn(outcomes: RecordOutcome[], code: string): DeliveryFault {
  const outcome = outcomes.find(({ id }) => id.endsWith(`-${code}`));
  if (!outcome || outcome.written) throw new Error(`${code} was written: ${JSON.stringify(outcome)}`);
  return outcome.fault;
}

export async function faultFrom(work: Promise<unknown>): Promise<DeliveryFault> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectorError)) throw new Error(`no ConnectorError but ${String(error)}`);
  return error.fault;
}

export async function allOf(scan: AsyncIterable<ObservedRecord[]>): Promise<ObservedRecord[]> {
  const records: ObservedRecord[] = [];
  for await (const batch of scan) records.push(...batch);
  return records;
}
