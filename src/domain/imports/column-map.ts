/** Names under which columns may stand in a file, lower case, the usual one first. */
export type ColumnNames<C extends string> = Readonly<Record<C, readonly string[]>>;

/** Where the columns that a format knows stand in one file. Names are compared without case and without spaces around. */
export class ColumnMap<C extends string> {
  private readonly places = new Map<C, number>();
  /** Columns that stand in the file more than once, by any of their names: which one is meant, nobody can tell. */
  readonly doubled: string[] = [];
  /** Headers that are none of those that are known. */
  readonly unknown: string[] = [];

  constructor(
    private readonly names: readonly string[],
    known: ColumnNames<C>,
  ) {
    const columns = new Map<string, C>();
    for (const column of Object.keys(known) as C[]) for (const name of known[column]) columns.set(name, column);
    for (const [place, name] of names.entries()) {
      const column = columns.get(name.trim().toLowerCase());
      if (column === undefined) {
        if (name.trim() !== '') this.unknown.push(name.trim());
        continue;
      }
      const earlier = this.places.get(column);
      if (earlier === undefined) this.places.set(column, place);
      else this.doubled.push(`"${names[earlier]?.trim()}" (${earlier + 1}) and "${name.trim()}" (${place + 1})`);
    }
  }

  get width(): number {
    return this.names.length;
  }

  has(column: C): boolean {
    return this.places.has(column);
  }

  /** A cell without the spaces around it; empty where the file lacks the column. */
  cell(cells: readonly string[], column: C): string {
    const place = this.places.get(column);
    return place === undefined ? '' : (cells[place] ?? '').trim();
  }

  /** The column's header as the file writes it, or null where the file lacks it. */
  nameOf(column: C): string | null {
    return this.nameAt(this.places.get(column) ?? -1);
  }

  /** Header of a column by its place, for faults that come before any column is known. */
  nameAt(place: number): string | null {
    return this.names[place]?.trim() ?? null;
  }
}
