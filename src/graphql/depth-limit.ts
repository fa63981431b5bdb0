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
      if (deeperThan(operation.selectionSet, limit, fragments, [])) {
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

/** Stops at the first path that is too deep. `open` holds the fragments being spread: a circle is another rule's error. */
function deeperThan(
  set: SelectionSetNode,
  left: number,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  open: readonly string[],
): boolean {
  if (left === 0) return true;
  return set.selections.some((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) return deeperThan(node.selectionSet, left, fragments, open);
    if (node.kind === Kind.FIELD) {
      const reads = node.selectionSet && !node.name.value.startsWith('__');
      return reads ? deeperThan(node.selectionSet, left - 1, fragments, open) : false;
    }
    const name = node.name.value;
    const fragment = fragments.get(name);
    if (!fragment || open.includes(name)) return false;
    return deeperThan(fragment.selectionSet, left, fragments, [...open, name]);
  });
}
