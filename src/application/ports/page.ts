/** How callers ask for a page: opaque keyset cursors, so that pages stay right while rows come and go. */
export interface PageRequest {
  first: number;
  /** Cursor of the last row already seen; null from the start. */
  after: string | null;
}

export interface Page<T> {
  items: { cursor: string; node: T }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counts everything that the list has, exactly; a statement of its own, and run only when somebody asks. */
  totalCount(): Promise<number>;
}

/** No caller may ask for more rows at once (design: lists). */
export const PAGE_LIMIT = 250;

/** A cursor that no reader of ours made. The API answers it as a malformed argument. */
export class BadCursor extends Error {
  constructor() {
    super('the cursor is not one of ours');
    this.name = 'BadCursor';
  }
}
