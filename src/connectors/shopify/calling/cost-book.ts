/** What a document is thought to cost that was never sent: about a product with its variants (shopify.md 1.1). */
const UNKNOWN_POINTS = 60;
/** What is kept in mind, at most; documents are few, and lists of variables have few lengths. */
const ENTRIES = 1_000;

/**
 * What documents cost, as the store said. Cost depends on the document and, for mutations, on the length of the lists that
 * are sent with it (shopify.md 3.1: 0.2 a variant), so it is kept by both; a length never seen is thought to cost what the
 * dearest known one did.
 */
export class CostBook {
  private readonly known = new Map<string, number>();
  private readonly dearest = new Map<string, number>();

  expected(document: string, variables: object): number {
    return this.known.get(keyOf(document, variables)) ?? this.dearest.get(document) ?? UNKNOWN_POINTS;
  }

  learn(document: string, variables: object, points: number): void {
    if (this.known.size >= ENTRIES) this.known.clear();
    this.known.set(keyOf(document, variables), points);
    this.dearest.set(document, Math.max(points, this.dearest.get(document) ?? 0));
  }
}

function keyOf(document: string, variables: object): string {
  return `${listLength(variables)} ${document}`;
}

/** Entries of all lists in the variables, down to the inputs within inputs. */
function listLength(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, each) => sum + listLength(each), 0);
}
