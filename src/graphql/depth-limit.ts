import type { ASTVisitor, FragmentDefinitionNode, SelectionSetNode, ValidationContext } from 'graphql';
import { GraphQLError, Kind } from 'graphql';

/**
 * A validation rule: no operation selects deeper than `limit` fields. A SKU leads to its product, and that to its SKUs,
 * for ever; each level multiplies what must be read. Introspection is as deep as its standard query and reads nothing.
 */
export function depthLimit(limit: number): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    OperationDefinition(operation) {
      const fragments = new Map<string, FragmentDefinitionNode>();
      for (const node of context.getDocument().definitions) {
        if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
      }
      if (new DepthCounter(fragments).ofSet(operation.selectionSet) > limit) {
        context.reportError(
          new GraphQLError(`An operation is at most ${limit} levels deep.`, {
            nodes: operation,
            extensions: { code: 'BAD_USER_INPUT' },
          }),
        );
      }
    },
  });
}

class DepthCounter {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is counted once: spreads within spreads double at every step. */
  readonly #counted = new Map<string, number>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  ofSet(set: SelectionSetNode): number {
    let deepest = 1;
    for (const node of set.selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) deepest = Math.max(deepest, this.ofSet(node.selectionSet));
      else if (node.kind === Kind.FRAGMENT_SPREAD) deepest = Math.max(deepest, this.#ofSpread(node.name.value));
      else if (node.selectionSet && !node.name.value.startsWith('__')) {
        deepest = Math.max(deepest, 1 + this.ofSet(node.selectionSet));
      }
    }
    return deepest;
  }

  #ofSpread(name: string): number {
    const known = this.#counted.get(name);
    if (known !== undefined) return known;
    // A circle ends here; it is another rule's error.
    this.#counted.set(name, 0);
    const fragment = this.#fragments.get(name);
    const depth = fragment ? this.ofSet(fragment.selectionSet) : 0;
    this.#counted.set(name, depth);
    return depth;
  }
}
