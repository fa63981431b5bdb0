import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, MaxLength } from 'class-validator';
import type { FindingQuery } from '../../application/ports/operations-reader.js';
import type { DriftKind, DriftResolution, DriftState, Healing, ObservationSource } from '../../domain/drift/finding.js';
import type { Severity } from '../../domain/drift/source-of-truth.js';
import type { AttributionConfidence } from '../../domain/publishing/system.js';
import type { Json } from '../../domain/primitives/json.js';
import { ActorType } from '../actor-type.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';

const TEXT_LIMIT = 255;

const DriftKindEnum = enumType<DriftKind>('DriftKind', {
  FIELD: 'A governed field differs from the master.',
  MISSING: 'The master says it should be there; the system has no such record.',
  UNEXPECTED: 'The system has a code that the master does not know.',
  DUPLICATE: 'Two records of the system bear one code.',
  RECODED: "The record's code was changed in the system.",
  LIFECYCLE: 'Retired or on hold in the master, live in the system, or the other way round.',
  BUNDLE: "The bundle's components differ.",
});
const DriftStateEnum = enumType<DriftState>('DriftState', {
  OPEN: null,
  ACKNOWLEDGED: null,
  WAIVED: null,
  RESOLVED: null,
});
const DriftResolutionEnum = enumType<DriftResolution>('DriftResolution', {
  REVERTED: null,
  ADOPTED: null,
  WAIVED: null,
  SELF_HEALED: null,
  SUPERSEDED: null,
});
const DriftHealingEnum = enumType<Healing>('DriftHealing', {
  AUTO_REVERT: 'The canonical value is pushed again without anybody asking.',
  AUTO_ADOPT: 'The observed value is taken into the master without anybody asking.',
  HELD: "An owner's value, one of so many at once that a person looks first: adopting it takes it over.",
});
const AttributionConfidenceEnum = enumType<AttributionConfidence>('AttributionConfidence', {
  CERTAIN: 'The system names the author of this very state of the record.',
  LIKELY: 'The record has been changed by whom it names, but perhaps in another field, or before.',
});
export const ObservationSourceEnum = enumType<ObservationSource>('ObservationSource', {
  WEBHOOK: null,
  INCREMENTAL_SCAN: null,
  FULL_SCAN: null,
  BEFORE_WRITE: null,
  VERIFY_AFTER_WRITE: null,
});
export const SeverityEnum = enumType<Severity>('Severity', { LOW: null, MEDIUM: null, HIGH: null, CRITICAL: null });

@ObjectType('DriftAttribution', { description: 'Who wrote it there, as far as the system tells.' })
export class DriftAttributionType {
  @Field(() => String, { nullable: true })
  actor!: string | null;
  @Field(() => String, { nullable: true })
  app!: string | null;
  @Field(() => DateTimeScalar, { nullable: true })
  at!: string | null;
  @Field(() => AttributionConfidenceEnum, {
    nullable: true,
    description: 'How sure that is; null where nobody is named.',
  })
  confidence!: AttributionConfidence | null;
}

@ObjectType('DriftFinding', {
  implements: () => [NodeType],
  description: 'One out-of-band difference, from the moment it is first seen until it is resolved.',
})
export class DriftFindingType extends NodeType {
  @Field(() => DriftKindEnum)
  kind!: string;
  @Field(() => String, { description: "SKU code, product handle, or the stranger's code or external id." })
  target!: string;
  @Field(() => String, { nullable: true })
  field!: string | null;
  @Field(() => JsonScalar, { nullable: true, description: 'What the master says.' })
  expected!: Json;
  @Field(() => JsonScalar, { nullable: true, description: 'What the system holds.' })
  found!: Json;
  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What was last published there: the common base of the two.',
  })
  lastPublished!: Json;
  @Field(() => SeverityEnum)
  severity!: string;
  @Field(() => DriftStateEnum)
  state!: string;
  @Field(() => DriftResolutionEnum, { nullable: true })
  resolution!: string | null;
  @Field(() => ObservationSourceEnum)
  source!: string;
  @Field(() => DriftAttributionType, { nullable: true })
  attribution!: DriftAttributionType | null;
  @Field(() => DateTimeScalar)
  firstSeenAt!: Date;
  @Field(() => DateTimeScalar)
  lastSeenAt!: Date;
  @Field(() => Int, { description: 'Times it was seen again after it had been resolved.' })
  recurrences!: number;
  @Field(() => DateTimeScalar, { nullable: true })
  dueAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  resolvedAt!: Date | null;
  @Field(() => ActorType, { nullable: true })
  resolvedBy!: ActorType | null;
  @Field(() => DateTimeScalar, { nullable: true })
  waivedUntil!: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Why the system takes no correction of it from us, such as components that another app made.',
  })
  notOurs!: string | null;
  @Field(() => String, { nullable: true })
  note!: string | null;
  @Field(() => DriftHealingEnum, {
    nullable: true,
    description: 'What the source-of-truth matrix does about it by itself; null: it waits for a person.',
  })
  healing!: Healing | null;
  @Field(() => String, {
    nullable: true,
    description: 'Which two writers change it in turns. Nothing heals it by itself meanwhile.',
  })
  fight!: string | null;
  @Field(() => ActorType, { nullable: true, description: 'Who asked for its revert, while that is on its way.' })
  revertRequestedBy!: ActorType | null;
}

export const DriftFindingConnectionType = connectionType('DriftFinding', () => DriftFindingType);

@InputType('DriftFilter')
export class DriftFilterInput implements FindingQuery {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  system?: string | null;
  @Field(() => [DriftStateEnum], { nullable: true })
  states?: DriftState[] | null;
  @Field(() => [DriftKindEnum], { nullable: true })
  kinds?: DriftKind[] | null;
  @Field(() => [SeverityEnum], { nullable: true })
  severities?: Severity[] | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  field?: string | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  target?: string | null;
  @Field(() => String, { nullable: true, description: 'Party code.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  owner?: string | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  app?: string | null;
  @Field(() => DateTimeScalar, { nullable: true })
  seenAfter?: Date | null;
  @Field(() => Boolean, { nullable: true })
  overdue?: boolean | null;
}
