import type { ConnectionArgs } from './connection.js';
import { connection } from './connection.js';
import { gid, ONLINE_STORE } from './product-doc.js';

/** The one publication. Its title is its catalog's: `Publication.name` is deprecated in the real schema. */
export function publicationView(): object {
  const id = gid('Publication', ONLINE_STORE.publication);
  return {
    __typename: 'Publication',
    id,
    autoPublish: false,
    supportsFuturePublishing: false,
    catalog: () => ({
      __typename: 'AppCatalog',
      id: gid('AppCatalog', ONLINE_STORE.catalog),
      title: ONLINE_STORE.title,
      status: 'ACTIVE',
      publication: publicationView,
    }),
  };
}

export function publicationCounts(publishedOn: Record<string, string>): object {
  const count = { count: Object.keys(publishedOn).length, precision: 'EXACT' };
  return { availablePublicationsCount: count, resourcePublicationsCount: count };
}

/** With `onlyPublished: false` also those rows that are staged; the stand-in publishes at once, so there are none. */
export function resourcePublications(
  publishedOn: Record<string, string>,
  args: ConnectionArgs,
  unpaged: boolean,
  publishable: () => object,
): object {
  return connection(
    Object.entries(publishedOn),
    args,
    unpaged,
    ([id]) => [Number(id)],
    ([, publishDate]) => ({ isPublished: true, publishDate, publication: publicationView, publishable }),
  );
}
