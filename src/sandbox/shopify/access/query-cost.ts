import type {
  DocumentNode,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isOutputType,
  Kind,
  OperationTypeNode,
} from 'graphql';

/** More than this in one operation is refused outright, whatever the bucket holds [M: shopify.md 3.1]. */
export const COST_LIMIT = 1000;

const MUTATION_COST = 10;

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

/** A leaky bucket on the wall clock, one per shop. */
export class CostBucket {
  private status: ThrottleStatus;
  private readAtMs: number;

  constructor(maximumAvailable: number, restoreRate: number) {
    this.status = { maximumAvailable, currentlyAvailable: maximumAvailable, restoreRate };
    this.readAtMs = Date.now();
  }

  /** Replaces size, rate and what is in it: for tests of throttling. */
  configure(status: ThrottleStatus): void {
    this.status = { ...status };
    this.readAtMs = Date.now();
  }

  current(): ThrottleStatus {
    const now = Date.now();
    const { maximumAvailable, currentlyAvailable, restoreRate } = this.status;
    const refilled = currentlyAvailable + ((now - this.readAtMs) / 1000) * restoreRate;
    this.status = { maximumAvailable, restoreRate, currentlyAvailable: Math.min(maximumAvailable, refilled) };
    this.readAtMs = now;
    return { ...this.status, currentlyAvailable: Math.floor(this.status.currentlyAvailable) };
  }

  /** False, and nothing taken, when there is too little in it. */
  take(points: number): boolean {
    if (this.current().currentlyAvailable < points) return false;
    this.status.currentlyAvailable -= points;
    return true;
  }
}

/** Shopify's cost of an operation, by the formula of shopify.md 3.1 [V on recordings] without its input surcharges. */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!root) return 1;
  const walk = new CostWalk(schema, document, variables);
  const children = isMutation
    ? walk.payloads(operation.selectionSet, root)
    : walk.children(operation.selectionSet, root);
  return Math.max(1, Math.round(children));
}

class CostWalk {
  private readonly schema: GraphQLSchema;
  private readonly document: DocumentNode;
  private readonly variables: Record<string, unknown>;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>) {
    this.schema = schema;
    this.document = document;
    this.variables = variables;
  }

  /** Ten for each mutation. Its payload and what lies directly in it are free [R: one that answers `job { id }` is 10]. */
  payloads(set: SelectionSetNode, root: GraphQLOutputType): number {
    let cost = 0;
    for (const { type, selection } of this.fields(set, root)) {
      cost += MUTATION_COST;
      if (!selection) continue;
      for (const written of this.fields(selection, getNamedType(type))) {
        if (written.selection) cost += this.children(written.selection, getNamedType(written.type));
      }
    }
    return cost;
  }

  children(set: SelectionSetNode, parent: GraphQLOutputType): number {
    let cost = 0;
    for (const { name, type, first, selection } of this.fields(set, parent)) {
      const named = getNamedType(type);
      if (!selection || !isCompositeType(named) || name === 'pageInfo') continue;
      const inner = this.children(selection, named);
      if (named.name.endsWith('Connection')) cost += 2 + sizeOf(first) * inner;
      // `edges` and `nodes` are the rows of a connection, each one object; `edges.node` is that same object.
      else if (named.name.endsWith('Edge')) cost += inner;
      else if (name === 'measurement' || name === 'weight') cost += 0;
      else cost += 1 + inner;
    }
    return cost;
  }

  private *fields(set: SelectionSetNode, parent: GraphQLOutputType): Generator<CostField> {
    const owner = getNamedType(parent);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (!isObjectType(owner) && !isInterfaceType(owner)) continue;
        const field = owner.getFields()[selection.name.value];
        if (!field) continue;
        const argument = selection.arguments?.find((one) => one.name.value === 'first')?.value;
        const isVariable = argument?.kind === Kind.VARIABLE;
        const first = isVariable
          ? this.variables[argument.name.value]
          : argument?.kind === Kind.INT
            ? argument.value
            : 0;
        yield {
          name: field.name,
          type: bare(field.type),
          first: Number(first ?? 0),
          selection: selection.selectionSet,
        };
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        yield* this.fields(selection.selectionSet, this.narrow(selection.typeCondition?.name.value, parent));
      } else {
        const fragment = this.document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
        );
        if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) continue;
        yield* this.fields(fragment.selectionSet, this.narrow(fragment.typeCondition.name.value, parent));
      }
    }
  }

  private narrow(name: string | undefined, parent: GraphQLOutputType): GraphQLOutputType {
    const type = name === undefined ? undefined : this.schema.getType(name);
    return isOutputType(type) ? type : parent;
  }
}

interface CostField {
  name: string;
  type: GraphQLOutputType;
  first: number;
  selection: SelectionSetNode | undefined;
}

function bare(type: GraphQLOutputType): GraphQLOutputType {
  return isNonNullType(type) || isListType(type) ? bare(type.ofType) : type;
}

/** Shopify counts a page by the logarithm of its size: 1 → 1, 10 → 4, 100 → 9, 250 → 11. */
function sizeOf(first: number): number {
  return first <= 0 ? 0 : Math.max(1, Math.floor(2 * Math.log(first)));
}
