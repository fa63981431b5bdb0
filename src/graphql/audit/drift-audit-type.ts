import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { DriftAuditFormat } from '../../domain/audit/drift-audit.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { IsoWeekScalar, QuarterScalar } from '../scalars/calendar.js';
import { SkippedWaitType } from '../change/review-types.js';
import { DateTimeScalar } from '../scalars/date-time.js';

export const ReportFormatEnum = enumType<DriftAuditFormat>('ReportFormat', { HTML: null, JSON: null });

@ObjectType('DriftAuditSummary')
export class DriftAuditSummaryType {
  @Field(() => Int)
  skusGoverned!: number;
  @Field(() => Float, {
    description: 'Share of governed SKUs compared with every system at least once in the quarter, 0 to 1.',
  })
  coverage!: number;
  @Field(() => Int)
  opened!: number;
  @Field(() => Int)
  resolved!: number;
  @Field(() => Int)
  openAtEnd!: number;
  @Field(() => Int)
  waived!: number;
  @Field(() => Float, { nullable: true, description: 'Median hours from first seen to resolved.' })
  medianHoursToResolve!: number | null;
  @Field(() => Float, { description: 'SKUs with any finding opened, per 1,000 governed.' })
  driftRate!: number;
  @Field(() => DriftAuditSummaryType, { nullable: true, description: 'Against the quarter before.' })
  previous!: unknown;
}

@ObjectType('DriftBreakdown')
export class DriftBreakdownType {
  @Field(() => String)
  key!: string;
  @Field(() => Int)
  opened!: number;
  @Field(() => Int)
  resolved!: number;
  @Field(() => Int)
  openAtEnd!: number;
  @Field(() => Float)
  share!: number;
}

@ObjectType('WeeklyDrift')
export class WeeklyDriftType {
  @Field(() => IsoWeekScalar)
  week!: string;
  @Field(() => Int)
  opened!: number;
  @Field(() => Int)
  resolved!: number;
  @Field(() => Int)
  open!: number;
}

@ObjectType('AuditedForce', { description: 'A request that somebody applied by force.' })
export class AuditedForceType {
  @Field(() => String, { description: 'CR-1042' })
  number!: string;
  @Field(() => String)
  title!: string;
  @Field(() => String, { description: 'Who forced it, by name.' })
  by!: string;
  @Field(() => DateTimeScalar)
  at!: Date;
  @Field(() => String)
  reason!: string;
  @Field(() => SkippedWaitType, { nullable: true, description: 'Null where that was not kept yet.' })
  skipped!: SkippedWaitType | null;
}

@ObjectType('DriftAuditReport', { implements: () => [NodeType], description: 'The quarterly drift audit.' })
export class DriftAuditReportType extends NodeType {
  @Field(() => QuarterScalar)
  quarter!: string;
  @Field(() => Boolean, { description: 'False while the quarter runs: the figures are live.' })
  closed!: boolean;
  @Field(() => DateTimeScalar)
  generatedAt!: Date;
  @Field(() => DriftAuditSummaryType)
  summary!: DriftAuditSummaryType;
  @Field(() => [DriftBreakdownType])
  bySystem!: DriftBreakdownType[];
  @Field(() => [DriftBreakdownType])
  byField!: DriftBreakdownType[];
  @Field(() => [DriftBreakdownType])
  byOwner!: DriftBreakdownType[];
  @Field(() => [DriftBreakdownType], { description: 'Apps and people that edited out of band.' })
  byAttribution!: DriftBreakdownType[];
  @Field(() => [DriftBreakdownType])
  bySeverity!: DriftBreakdownType[];
  @Field(() => [WeeklyDriftType])
  weekly!: WeeklyDriftType[];
  @Field(() => [AuditedForceType], {
    description: 'Requests applied by force in the quarter, in their order; at most 250 of `forcedCount`.',
  })
  forced!: AuditedForceType[];
  @Field(() => Int)
  forcedCount!: number;
  @Field(() => [String], {
    description: 'What the audit cannot vouch for: systems not scanned, SKUs not compared, orphans.',
  })
  gaps!: string[];
}
