import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { MatchGrade } from '../../domain/onboarding/grade-row.js';
import type { MatchKey } from '../../domain/onboarding/match-record.js';
import type { MatchProblemKind } from '../../domain/onboarding/match-row.js';
import type { Json } from '../../domain/primitives/json.js';
import { connectionType } from '../connection.js';
import { enumType } from '../enum-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { JsonScalar } from '../scalars/json.js';

const SIDE = "A system's code, or MASTER for what the master holds already.";

export const OnboardingGradeEnum = enumType<MatchGrade>('OnboardingGrade', {
  CONFLICT: 'Its keys point to different partners; the others are named under `related`.',
  DUPLICATE: 'One key, several records of one side: all of them, and their partners.',
  GTIN: 'One GTIN under different codes: most likely recoded on one side.',
  LOOKS_ALIKE: 'A suggestion: the codes differ by O and 0, I, l and 1, separators, or a leading apostrophe.',
  TITLE: 'Only a hint: one title, options included, unique on every side.',
  UNPAIRED: 'Nobody else bears any key of it.',
  CODE: 'The codes agree; the GTINs differ, or are not all there.',
  EXACT: 'The stored ids say so, or code and GTIN agree.',
});

export const OnboardingKeyEnum = enumType<MatchKey>('OnboardingKey', {
  STORED_ID: "The master has stored the records' ids under one SKU.",
  CODE: 'One code, compared without case and width.',
  GTIN: 'One valid GTIN in its 14-digit form.',
  LOOKS_ALIKE: 'Codes that people and spreadsheets confuse.',
  TITLE: 'One title with its options, without case and punctuation.',
});

export const OnboardingProblemKindEnum = enumType<MatchProblemKind>('OnboardingProblemKind', {
  CODE_APOSTROPHE: 'A code begins with an apostrophe, as spreadsheets write numbers.',
  CODE_INVALID: 'A code that no SKU of the master may have.',
  CODE_MISSING: 'A record without a code: nothing can be linked with it.',
  CODE_SPACES: 'A code with spaces at its ends.',
  CODE_TWICE: 'Several records of one side bear one code.',
  CODES_DIFFER: 'The paired records bear different codes.',
  FIELDS_DIFFER: 'The paired records differ in a field; see `differences`.',
  GTIN_INVALID: 'A barcode that is no GTIN.',
  GTIN_TWICE: 'Several records of one side bear one GTIN.',
  KEYS_DISAGREE: 'Its keys point to different partners.',
  NOT_THERE: 'A side that takes part has no record of it.',
});

@ObjectType('OnboardingProblem')
export class OnboardingProblemType {
  @Field(() => OnboardingProblemKindEnum)
  kind!: string;
  @Field(() => String, { nullable: true, description: 'The side that it is about; null: the row.' })
  side!: string | null;
  @Field(() => String)
  message!: string;
}

@ObjectType('OnboardingRecord', { description: 'One SKU record as one side held it when it was last scanned.' })
export class OnboardingRecordType {
  @Field(() => String, { description: SIDE })
  side!: string;
  @Field(() => String, { description: "The side's own id." })
  externalId!: string;
  @Field(() => String, { nullable: true, description: 'As the side holds it, spaces included.' })
  code!: string | null;
  @Field(() => String, { nullable: true, description: 'With its options.' })
  title!: string | null;
  @Field(() => String, { nullable: true, description: 'Its barcode in the 14-digit form, if that is a valid GTIN.' })
  gtin14!: string | null;
  @Field(() => JsonScalar, { description: 'Values by canonical field name, normalised; weight in grams.' })
  fields!: Json;
}

@ObjectType('OnboardingValue')
export class OnboardingValueType {
  @Field(() => String, { description: SIDE })
  side!: string;
  @Field(() => JsonScalar, { nullable: true })
  value!: Json;
}

@ObjectType('OnboardingDifference', { description: 'One field in which the paired records do not agree.' })
export class OnboardingDifferenceType {
  @Field(() => String)
  field!: string;
  @Field(() => [OnboardingValueType])
  values!: OnboardingValueType[];
}

@ObjectType('OnboardingRelated', { description: 'A record of another row that bears a key of this one.' })
export class OnboardingRelatedType {
  @Field(() => OnboardingKeyEnum)
  key!: string;
  @Field(() => String)
  value!: string;
  @Field(() => String, { description: SIDE })
  side!: string;
  @Field(() => String)
  externalId!: string;
  @Field(() => String, { nullable: true })
  code!: string | null;
}

@ObjectType('OnboardingRow', {
  description: 'Records that are one SKU as far as their keys tell. Every record of every side is in exactly one row.',
})
export class OnboardingRowType {
  @Field(() => OnboardingGradeEnum)
  grade!: string;
  @Field(() => [OnboardingKeyEnum], { description: 'Keys that at least two of the records share.' })
  matchedBy!: string[];
  @Field(() => [OnboardingRecordType], { description: 'At most one a side, unless it is a DUPLICATE.' })
  records!: OnboardingRecordType[];
  @Field(() => [String], { description: 'Sides that take part and have no record of it, though it is wanted there.' })
  notIn!: string[];
  @Field(() => [OnboardingProblemType])
  problems!: OnboardingProblemType[];
  @Field(() => [OnboardingDifferenceType])
  differences!: OnboardingDifferenceType[];
  @Field(() => [OnboardingRelatedType], { description: 'At most ten for each record and key.' })
  related!: OnboardingRelatedType[];
}

@ObjectType('OnboardingSide')
export class OnboardingSideType {
  @Field(() => String, { description: SIDE })
  code!: string;
  @Field(() => Int, { description: 'SKU records.' })
  records!: number;
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When its last complete scan ended; null for the master, which is as it is now.',
  })
  scannedAt!: Date | null;
}

@ObjectType('OnboardingGradeCount')
export class OnboardingGradeCountType {
  @Field(() => OnboardingGradeEnum)
  grade!: string;
  @Field(() => Int)
  rows!: number;
}

@ObjectType('OnboardingProblemCount')
export class OnboardingProblemCountType {
  @Field(() => OnboardingProblemKindEnum)
  kind!: string;
  @Field(() => Int)
  rows!: number;
}

@ObjectType('OnboardingFieldCount')
export class OnboardingFieldCountType {
  @Field(() => String)
  field!: string;
  @Field(() => Int, { description: 'Rows whose sides differ in it.' })
  rows!: number;
}

@ObjectType('OnboardingMatchSummary', { description: 'What the whole match comes to, whichever rows are asked for.' })
export class OnboardingMatchSummaryType {
  @Field(() => DateTimeScalar)
  computedAt!: Date;
  @Field(() => [OnboardingSideType], { description: 'Sides that take part: systems that were scanned to their end.' })
  sides!: OnboardingSideType[];
  @Field(() => [String], { description: 'Systems that take no part, because no scan of them has ended yet.' })
  notScanned!: string[];
  @Field(() => [OnboardingGradeCountType])
  grades!: OnboardingGradeCountType[];
  @Field(() => [OnboardingProblemCountType])
  problems!: OnboardingProblemCountType[];
  @Field(() => [OnboardingFieldCountType])
  fields!: OnboardingFieldCountType[];
}

export const OnboardingMatchConnectionType = connectionType('OnboardingMatch', () => OnboardingRowType);
