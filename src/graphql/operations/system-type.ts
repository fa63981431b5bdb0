import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { SyncState, SystemView } from '../../application/ports/operations-reader.js';
import type { HoldKind } from '../../domain/publishing/gate.js';
import type { Json } from '../../domain/primitives/json.js';
import type { SystemKind, SystemLink, SystemMode } from '../../domain/publishing/system.js';
import { ActorType } from '../actor-type.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';

const SystemKindEnum = enumType<SystemKind>('SystemKind', { SHOPIFY: null, ERP: null });
const SystemModeEnum = enumType<SystemMode>('SystemMode', { READ_ONLY: null, WRITE: null });
const SystemLinkEnum = enumType<SystemLink>('SystemLink', {
  UNLINKED: 'Observed only: its records are not matched with the master yet.',
  LINKED: null,
});
const SystemHealthEnum = enumType<SystemView['health']>('SystemHealth', {
  UP: null,
  DEGRADED: null,
  DOWN: null,
  UNKNOWN: null,
});
const SyncStateEnum = enumType<SyncState>('SyncState', {
  ABSENT: 'Not to be there, and not there.',
  NOT_COMPARED:
    'It is there, and the SKU is DRAFT: neither compared nor written, so that nobody knows whether the two agree.',
  PENDING: null,
  IN_SYNC: null,
  DRIFTED: null,
  DEAD_LETTERED: null,
});

const HoldKindEnum = enumType<HoldKind>('HoldKind', {
  PAUSE: 'Somebody said so, until a date.',
  AUTH: 'The system refuses our key, or the account there is frozen or locked; it is tried every 5 minutes.',
  BREAKER: 'It failed 10 times one after another; it is tried every 30 seconds.',
});

@ObjectType('SystemHold', { description: 'Why nothing is sent to a system at the moment.' })
export class SystemHoldType {
  @Field(() => HoldKindEnum)
  kind!: string;
  @Field(() => String)
  reason!: string;
  @Field(() => DateTimeScalar)
  beganAt!: Date;
  @Field(() => ActorType)
  beganBy!: ActorType;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When a PAUSE ends by itself; null for the others.' })
  until!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it is tried next; null for a PAUSE.' })
  nextProbeAt!: Date | null;
}

@ObjectType('System', { implements: () => [NodeType], description: 'A Shopify store or the ERP.' })
export class SystemType extends NodeType {
  @Field(() => String, { description: 'shopify-us, erp, …' })
  code!: string;
  @Field(() => SystemKindEnum)
  kind!: string;
  @Field(() => String, { description: 'Which connector speaks to it: shopify, http, …' })
  connector!: string;
  @Field(() => SystemModeEnum)
  mode!: string;
  @Field(() => String, { description: 'ISO 4217.' })
  currency!: string;
  @Field(() => SystemLinkEnum)
  link!: string;
  @Field(() => SystemHealthEnum)
  health!: string;
  @Field(() => Int)
  pendingDeliveries!: number;
  @Field(() => Int)
  deadLetters!: number;
  @Field(() => Int)
  openFindings!: number;
  @Field(() => [SystemHoldType], {
    description: 'What keeps deliveries from being sent now; empty where nothing does.',
  })
  holds!: SystemHoldType[];
}

@ObjectType('SystemRecord', { description: 'One SKU as one system holds it.' })
export class SystemRecordType {
  @Field(() => String, { nullable: true })
  externalId!: string | null;
  @Field(() => SyncStateEnum)
  state!: string;
  @Field(() => Int, { nullable: true })
  publishedRevision!: number | null;
  @Field(() => DateTimeScalar, { nullable: true })
  publishedAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  observedAt!: Date | null;
  @Field(() => JsonScalar, { nullable: true })
  published!: Json;
  @Field(() => JsonScalar, { nullable: true })
  observed!: Json;
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last compared, whichever way it was seen.' })
  comparedAt!: Date | null;
}
