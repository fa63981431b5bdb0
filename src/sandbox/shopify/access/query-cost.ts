import type {
  DocumentNode,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
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

const MUTATION_COST = 10;
const COUNT_COST = 10;
/** What a variant and a metafield of the input cost [V: schema text, and 1,499 variants at 310 points R]. */
const INPUT_COST = { variants: 0.2, metafields: 0.4 } as const;
/** Mutations that charge their input. */
const CHARGED = ['productSet', 'productVariantsBulkCreate', 'productVariantsBulkUpdate'];

export interface Priced {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown>;
}

/** Shopify's cost of an operation, by the formula of shopify.md 3.1 [V on recordings]. */
export function requestedCost(priced: Priced): number {
  return costOf(priced, undefined);
}

/** The same with what was really answered: nothing for null, and pages by the rows that they have [V on recordings]. */
export function actualCost(priced: Priced, data: object): number {
  return costOf(priced, data);
}

function costOf({ schema, document, operation, variables }: Priced, data: object | undefined): number {
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!root) return 1;
  const walk = new CostWalk(schema, document, variables);
  const children = isMutation
    ? walk.payloads(operation.selectionSet, root, data)
    : walk.children(operation.selectionSet, root, data, true);
  return Math.max(1, Math.round(children));
}

class CostWalk {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly variables: Record<string, unknown>,
  ) {}

  /** Ten for each mutation. Its payload and what lies directly in it are free [R: one that answers `job { id }` is 10]. */
  payloads(set: SelectionSetNode, root: GraphQLOutputType, data: unknown): number {
    let cost = 0;
    for (const { key, name, type, selection, args } of this.fields(set, root)) {
      cost += MUTATION_COST;
      if (CHARGED.includes(name)) for (const value of args) cost += this.inputs(value);
      const payload = part(data, key);
      if (!selection || payload === null) continue;
      for (const written of this.fields(selection, getNamedType(type))) {
        const value = part(payload, written.key);
        if (!written.selection || value === null) continue;
        const inner = getNamedType(written.type);
        cost += mean(value, (one) => this.children(written.selection, inner, one));
      }
    }
    return cost;
  }

  /** `data` is undefined for what may be asked for at most, and the answer for what was. */
  children(set: SelectionSetNode | undefined, parent: GraphQLOutputType, data: unknown, isRoot = false): number {
    let cost = 0;
    if (!set) return 0;
    for (const { key, name, type, first, selection } of this.fields(set, parent)) {
      const named = getNamedType(type);
      if (!selection || !isCompositeType(named) || name === 'pageInfo') continue;
      const value = part(data, key);
      if (value === null) continue;
      const inner = mean(value, (one) => this.children(selection, named, one));
      if (named.name.endsWith('Connection')) cost += 2 + sizeOf(rowCount(value) ?? first) * inner;
      // `edges` and `nodes` are the rows of a connection, each one object; `edges.node` is that same object.
      else if (named.name.endsWith('Edge')) cost += inner;
      else if (name === 'measurement' || name === 'weight') cost += 0;
      else if (isRoot && named.name === 'Count') cost += COUNT_COST;
      else cost += 1 + inner;
    }
    return cost;
  }

  private inputs(value: unknown): number {
    if (Array.isArray(value)) return value.reduce((sum: number, one: unknown) => sum + this.inputs(one), 0);
    if (value === null || typeof value !== 'object') return 0;
    let cost = 0;
    for (const [key, one] of Object.entries(value)) {
      if ((key === 'variants' || key === 'metafields') && Array.isArray(one)) cost += INPUT_COST[key] * one.length;
      cost += this.inputs(one);
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
        const given = selection.arguments ?? [];
        const first = given.find((one) => one.name.value === 'first' || one.name.value === 'last');
        yield {
          key: (selection.alias ?? selection.name).value,
          name: field.name,
          type: bare(field.type),
          first: Number((first ? this.valueOf(first.value) : 0) ?? 0),
          selection: selection.selectionSet,
          args: given.map((one) => ({ [one.name.value]: this.valueOf(one.value) })),
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

  private valueOf(value: ValueNode): unknown {
    if (value.kind === Kind.VARIABLE) return this.variables[value.name.value];
    return value.kind === Kind.INT ? value.value : undefined;
  }

  private narrow(name: string | undefined, parent: GraphQLOutputType): GraphQLOutputType {
    const type = name === undefined ? undefined : this.schema.getType(name);
    return isOutputType(type) ? type : parent;
  }
}

interface CostField {
  key: string;
  name: string;
  type: GraphQLOutputType;
  first: number;
  selection: SelectionSetNode | undefined;
  /** Those that are variables, each under its name. */
  args: Record<string, unknown>[];
}

function bare(type: GraphQLOutputType): GraphQLOutputType {
  return isNonNullType(type) || isListType(type) ? bare(type.ofType) : type;
}

/** What was answered under a key: undefined where it is not asked about, or the fragment was another type's. */
function part(data: unknown, key: string): unknown {
  if (data === undefined || data === null || typeof data !== 'object') return data;
  const value: unknown = Reflect.get(data, key);
  return value === undefined ? null : value;
}

/** Of a list its average, once: how Shopify adds up rows of different sizes is not known [B]. */
function mean(value: unknown, cost: (one: unknown) => number): number {
  if (!Array.isArray(value)) return cost(value);
  const rows = value.filter((one) => one !== null);
  return rows.length === 0 ? 0 : rows.reduce((sum: number, one: unknown) => sum + cost(one), 0) / rows.length;
}

function rowCount(connection: unknown): number | null {
  if (connection === undefined || connection === null || typeof connection !== 'object') return null;
  const rows: unknown = Reflect.get(connection, 'nodes') ?? Reflect.get(connection, 'edges');
  return Array.isArray(rows) ? rows.length : 0;
}

/** Shopify counts a page by the logarithm of its size: 1 → 1, 10 → 4, 100 → 9, 250 → 11. */
function sizeOf(first: number): number {
  return first <= 0 ? 0 : Math.max(1, Math.floor(2 * Math.log(first)));
}
