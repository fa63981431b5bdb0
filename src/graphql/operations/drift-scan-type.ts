import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ScanState, ScanView } from '../../application/ports/operations-reader.js';
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
}

export const DriftScanConnectionType = connectionType('DriftScan', () => DriftScanType);
