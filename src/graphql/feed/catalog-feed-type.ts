import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { IsInt, IsOptional, Max, MaxLength, Min } from 'class-validator';
import { FEED_LIMIT } from '../../application/feed/read-catalog-feed.js';
import type { FeedEntity } from '../../application/ports/feed-reader.js';
import { FieldChangeType } from '../catalog/field-change-type.js';
import { enumType } from '../enum-type.js';
import { DateTimeScalar } from '../scalars/date-time.js';

export const DEFAULT_ENTRIES = 250;
/** Cursors of ours are far shorter. */
const CURSOR_LIMIT = 512;

const CatalogEntityEnum = enumType<FeedEntity>('CatalogEntity', {
  SKU: null,
  PRODUCT: null,
  BUNDLE: null,
});

@ArgsType()
export class CatalogFeedArgs {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(CURSOR_LIMIT)
  after?: string | null;

  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_ENTRIES })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(FEED_LIMIT)
  first?: number | null;
}

@ObjectType('CatalogFeedEntry', { description: 'One revision that became canonical.' })
export class CatalogFeedEntryType {
  @Field(() => String, { description: 'Stands on this entry; `after` takes it.' })
  cursor!: string;
  @Field(() => CatalogEntityEnum)
  entity!: string;
  @Field(() => String, { description: 'SKU code, or product handle.' })
  key!: string;
  @Field(() => Int, { description: 'Counts up by one for each entry of a key: what an integrator knows doubles by.' })
  revision!: number;
  @Field(() => DateTimeScalar, { description: 'The instant from which the revision is valid.' })
  at!: Date;
  @Field(() => [FieldChangeType], {
    description: 'What this revision changed; all fields that are set, for the first.',
  })
  changes!: FieldChangeType[];
}

@ObjectType('CatalogFeed', {
  description: 'The delta feed: everything canonical that changed, in order, with nothing missed and nothing twice.',
})
export class CatalogFeedType {
  @Field(() => [CatalogFeedEntryType])
  entries!: CatalogFeedEntryType[];
  @Field(() => String, { description: 'Pass it back as `after`; safe to store for ever.' })
  cursor!: string;
  @Field(() => Boolean, { description: 'There is more to read at once. False: ask again after a while.' })
  hasMore!: boolean;
  @Field(() => Boolean, {
    description:
      'True: the database was restored to a state before `after`, or a stand-by took over that lacked some entries. ' +
      'Entries that were read before may never have happened. Read all SKUs and products anew, then go on from `cursor`; ' +
      'the entries of this answer are those after the restore point.',
  })
  restored!: boolean;
}
