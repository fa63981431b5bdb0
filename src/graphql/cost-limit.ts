import type { ApolloServerPlugin } from '@apollo/server';
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLArgument,
  GraphQLCompositeType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { getNamedType, getNullableType, GraphQLError, isCompositeType, isListType, isUnionType, Kind } from 'graphql';
import { FEED_LIMIT } from '../application/feed/read-catalog-feed.js';
import { COMPONENT_LIMIT } from '../domain/bundle/composition.js';

/** Values that one operation may be answered: some seconds of work, and some hundred megabytes while it is put together. */
export const COST_LIMIT = 500_000;

/** What a page costs beside its values: most pages below a row are a statement of their own. */
const PAGE_COST = 100;

/** Rows of a list that takes no `first`, where nothing better is known. */
const SHORT_LIST = 10;

/** Rows of the longer ones: their limit, or what a large house has. */
const LISTS: Readonly<Record<string, number>> = {
  'BundleComposition.components': COMPONENT_LIMIT,
  'BundleComposition.exploded': COMPONENT_LIMIT,
  'ChangePlan.affected': 1_000,
  'ChangePlan.writes': 1_000,
  'ChangeRequest.deliveries': 100,
  'DeliveryPayload.deliveries': 1_000,
  'DriftPayload.findings': 1_000,
  'Party.members': 50,
  'PartyLeaves.requests': 100,
  'PartyLeaves.rules': 100,
  'Query.ownershipRules': 10_000,
  'Query.parties': 500,
  'Setting.versions': 50,
};

/** What a value counts that is a whole record in itself. */
const VALUES: Readonly<Record<string, number>> = {
  // Each is worked out by itself, whatever of it is asked: lists of requests show theirs on pages of some dozens.
  'ChangeRequest.plan': 5_000,
  'ProductRevision.snapshot': 20,
  'SkuRevision.snapshot': 20,
};

/**
 * Refuses an operation that could be answered more than `limit` values, before any of it runs: each list multiplies what is
 * below it by its `first`, and a SKU leads to its product, and that to its SKUs.
 */
export function costLimit(limit: number): ApolloServerPlugin {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request }) => {
          if (!operation) return Promise.resolve();
          const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
          const cost = operationCost(schema, operation, fragments, request.variables ?? {});
          if (cost <= limit) return Promise.resolve();
          const [could, most] = [cost, limit].map((count) => count.toLocaleString('en-US'));
          const message = `This operation could be answered ${could} values, and ${most} is the most: ask for smaller pages (first), fewer lists inside lists, or fewer fields.`;
          throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
        },
      }),
  };
}

/**
 * Values that an operation can be answered at most, by the pages that it asks for. Aliases and fragments are added up, as
 * if all of them applied; `@skip` and `@include` are taken as if they were not there.
 */
export function operationCost(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): number {
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  return new CostCounter(schema, operation, fragments, variables).ofSet(operation.selectionSet, root, null);
}

class CostCounter {
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Readonly<Record<string, unknown>>;
  /** Each fragment is counted once: spreads within spreads double at every step. */
  readonly #counted = new Map<string, number>();

  constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: readonly FragmentDefinitionNode[],
    variables: Readonly<Record<string, unknown>>,
  ) {
    this.#schema = schema;
    this.#operation = operation;
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#variables = variables;
  }

  /** @param page how many rows the lists right below have, where the field above takes `first`; else null. */
  ofSet(set: SelectionSetNode, type: GraphQLCompositeType, page: number | null): number {
    let cost = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) cost += this.#ofField(node, type, page);
      else if (node.kind === Kind.FRAGMENT_SPREAD) cost += this.#ofSpread(node.name.value, page);
      else cost += this.ofSet(node.selectionSet, this.#typeOf(node.typeCondition?.name.value) ?? type, page);
    }
    return cost;
  }

  #ofSpread(name: string, page: number | null): number {
    const key = `${name} ${page}`;
    const known = this.#counted.get(key);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    const type = this.#typeOf(fragment?.typeCondition.name.value);
    const cost = fragment && type ? this.ofSet(fragment.selectionSet, type, page) : 0;
    this.#counted.set(key, cost);
    return cost;
  }

  #ofField(node: FieldNode, parent: GraphQLCompositeType, page: number | null): number {
    // Introspection is as large as the schema, whatever the catalogue holds.
    const field = isUnionType(parent) ? undefined : parent.getFields()[node.name.value];
    if (!field) return 1;
    const place = `${parent.name}.${node.name.value}`;
    const first = field.args.find(({ name }) => name === 'first');
    const size = first ? this.#sizeOf(node, first) : null;
    const type = getNamedType(field.type);
    const inner = node.selectionSet && isCompositeType(type) ? this.ofSet(node.selectionSet, type, size) : 0;
    const rows = isListType(getNullableType(field.type)) ? (page ?? LISTS[place] ?? SHORT_LIST) : 1;
    return (size === null ? 0 : PAGE_COST) + rows * ((VALUES[place] ?? 1) + inner);
  }

  /** What is out of bounds is another check's to refuse, with a better sentence. */
  #sizeOf(node: FieldNode, first: GraphQLArgument): number {
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const size = (given && this.#numberOf(given)) ?? Number(first.defaultValue ?? FEED_LIMIT);
    return Math.min(Math.max(size, 1), FEED_LIMIT);
  }

  #numberOf(value: ValueNode): number | null {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return null;
    const name = value.name.value;
    const given = this.#variables[name];
    if (given !== undefined) return typeof given === 'number' ? given : null;
    const defined = this.#operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
    return defined?.defaultValue ? this.#numberOf(defined.defaultValue) : null;
  }

  #typeOf(name: string | undefined): GraphQLCompositeType | null {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : null;
  }
}
