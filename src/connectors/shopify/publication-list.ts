import { ConnectorError } from '../../application/ports/connector.js';
import { faultOf } from '../faults.js';
import { PUBLICATIONS } from './documents.js';
import type { ShopifyClient } from './calling/shopify-client.js';

interface PublicationPage {
  publications: {
    nodes: { id: string; catalog: { title: string } | null }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** A shop has a handful of publications; 1,000 is far beyond any. */
const MAX_PAGES = 20;

/**
 * The governed publications of a store. The settings name them by title ("Online Store") or by id; titles are looked
 * up once, and again after a failure. No caller's signal breaks the look-up off: others may wait for it too.
 */
export class PublicationList {
  private found: Promise<string[]> | null = null;

  constructor(
    private readonly client: ShopifyClient,
    private readonly settings: string[],
  ) {}

  /** Their ids, in the order of the settings. @throws ConnectorError VALIDATION for a title that the store does not have. */
  async ids(): Promise<string[]> {
    if (this.settings.every((each) => each.startsWith('gid://'))) return this.settings;
    this.found ??= this.lookUp();
    try {
      return await this.found;
    } catch (error) {
      this.found = null;
      throw error;
    }
  }

  private async lookUp(): Promise<string[]> {
    const there: { id: string; title: string }[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const answer: { data: PublicationPage } = await this.client.query(PUBLICATIONS, { after });
      const { nodes, pageInfo } = answer.data.publications;
      there.push(...nodes.map(({ id, catalog }) => ({ id, title: catalog?.title ?? '' })));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    return this.settings.map((setting) => idOf(setting, there));
  }
}

function idOf(setting: string, there: { id: string; title: string }[]): string {
  if (setting.startsWith('gid://')) return setting;
  const matches = there.filter(({ title }) => title === setting);
  if (matches.length === 1 && matches[0]) return matches[0].id;
  const known = there.map(({ id, title }) => `"${title}" (${id})`).join(', ') || 'none';
  const problem = matches.length > 1 ? 'is the title of several publications' : 'is no publication of this store';
  throw new ConnectorError(
    faultOf('VALIDATION', `"${setting}" ${problem}; there are: ${known}. Settings take titles and ids.`, {
      code: 'PUBLICATION_UNKNOWN',
    }),
  );
}
