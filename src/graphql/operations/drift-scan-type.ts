import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ScanPhase, ScanState, ScanView } from '../../application/ports/operations-reader.js';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';

export const ScanModeEnum = enumType<ScanView['mode']>('ScanMode', { FULL: null, INCREMENTAL: null });

const ScanStateEnum = enumType<ScanState>('ScanState', {
  RUNNING: null,
  SUCCEEDED: null,
  FAILED: null,
  CANCELLED: null,
  HELD: 'Would open too many findings: waits for a person.',
});

const ScanPhaseEnum = enumType<ScanPhase>('ScanPhase', {
  READING: 'The system is read.',
  SETTLING: 'What differs is put on record, then what is missing or unknown.',
  CONFIRMING: 'A person let it go on: what it had staged is read again.',
});

@ObjectType('DriftScan', { implements: () => [NodeType], description: 'One reading of a system for comparison.' })
export class DriftScanType extends NodeType {
  @Field(() => ScanModeEnum)
  mode!: string;
  @Field(() => ScanStateEnum)
  state!: string;
  @Field(() => DateTimeScalar)
  startedAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: Date | null;
  @Field(() => Int, { description: 'Records read from the system.' })
  recordsRead!: number;
  @Field(() => Int, { description: 'Canonical SKUs compared.' })
  skusCompared!: number;
  @Field(() => Int)
  findingsOpened!: number;
  @Field(() => Int)
  findingsResolved!: number;
  @Field(() => String, { nullable: true })
  error!: string | null;
  @Field(() => ActorType)
  startedBy!: ActorType;
  @Field(() => ScanPhaseEnum, { description: 'How far a RUNNING one is, and how far any other has come.' })
  phase!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'As many records as are likely to be read: as the last complete scan did.',
  })
  recordsExpected!: number | null;
  @Field(() => Int, { description: 'Of the records read, those told just as they had been compared before.' })
  recordsUnchanged!: number;
  @Field(() => Int, { description: 'Values that could not be read there: not compared, and never guessed.' })
  valuesNotCovered!: number;
  @Field(() => Int, { nullable: true, description: 'Of a scan that was held: records that were linked then.' })
  linkedRecords!: number | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Of a scan that was held: of these, as many would have got a finding.',
  })
  findingsHeld!: number | null;
  @Field(() => ActorType, { nullable: true, description: 'Who confirmed or cancelled it.' })
  decidedBy!: ActorType | null;
  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why it was confirmed.' })
  reason!: string | null;
}

export const DriftScanConnectionType = connectionType('DriftScan', () => DriftScanType);
