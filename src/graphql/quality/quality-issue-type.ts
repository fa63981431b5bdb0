import { ArgsType, Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, IsUUID, MaxLength, ValidateNested } from 'class-validator';
import type { QualityQuery } from '../../application/ports/quality-store.js';
import type { IssueEntity, IssueSeverity } from '../../domain/quality/quality-issue.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { NodeType } from '../node-type.js';
import { PageArgs } from '../page-args.js';
import { DateTimeScalar } from '../scalars/date-time.js';

const TEXT_LIMIT = 255;

export const QualityEntityEnum = enumType<IssueEntity>('QualityEntity', { SKU: null, PRODUCT: null });
export const QualitySeverityEnum = enumType<IssueSeverity>('QualitySeverity', {
  ERROR: 'The value cannot be what the field holds.',
  WARNING:
    'It could, but for another value of the same SKU: a compare-at price that is not above the price. Or it says in words what is kept as an id: a category.',
});

@ObjectType('QualityIssue', {
  implements: () => [NodeType],
  description:
    'A value of a baseline that did not hold. The SKU was taken without it; until a revision decides on the field, it is ' +
    'neither compared with any system nor written to one.',
})
export class QualityIssueType extends NodeType {
  @Field(() => QualityEntityEnum)
  entity!: string;
  @Field(() => String, { description: 'SKU code or product handle.' })
  target!: string;
  @Field(() => String, { description: 'price, gtin, vendor, attributes.material, …' })
  field!: string;
  @Field(() => String, { nullable: true, description: 'As the file wrote it; null where it wrote nothing.' })
  rawValue!: string | null;
  @Field(() => String, { description: 'Of the documented codes.' })
  code!: string;
  @Field(() => QualitySeverityEnum)
  severity!: string;
  @Field(() => String)
  message!: string;
  @Field(() => String, { description: 'Id of the import, as in GET /imports/:id.' })
  importId!: string;
  @Field(() => Int, { description: 'Line of the file, the header included.' })
  line!: number;
  @Field(() => DateTimeScalar)
  foundAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  resolvedAt!: Date | null;
  @Field(() => Int, { nullable: true, description: 'The revision of the SKU or product that decided on the field.' })
  resolvedRevision!: number | null;
}

export const QualityIssueConnectionType = connectionType('QualityIssue', () => QualityIssueType);

@ObjectType('QualityIssueCount')
export class QualityIssueCountType {
  @Field(() => QualityEntityEnum)
  entity!: string;
  @Field(() => String)
  field!: string;
  @Field(() => String)
  code!: string;
  @Field(() => Int)
  open!: number;
  @Field(() => Int)
  resolved!: number;
}

@InputType('QualityIssueFilter', { description: 'Issues that meet all that is given.' })
export class QualityIssueFilterInput implements QualityQuery {
  @Field(() => QualityEntityEnum, { nullable: true })
  entity?: IssueEntity | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  field?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  code?: string | null;

  @Field(() => QualitySeverityEnum, { nullable: true })
  severity?: IssueSeverity | null;

  @Field(() => String, { nullable: true, description: 'SKU code: issues of the SKU alone, not of its product.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  sku?: string | null;

  @Field(() => String, { nullable: true, description: 'Product handle: of the product and of all its SKUs.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  product?: string | null;

  @Field(() => String, { nullable: true, description: 'Code of the party that is accountable now.' })
  @IsOptional()
  @MaxLength(TEXT_LIMIT)
  owner?: string | null;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsUUID()
  importId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only those that have ended; false: only those that have not; left out: both.',
  })
  resolved?: boolean | null;
}

@ArgsType()
export class QualityIssuesArgs extends PageArgs {
  @Field(() => QualityIssueFilterInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => QualityIssueFilterInput)
  filter?: QualityIssueFilterInput | null;
}
