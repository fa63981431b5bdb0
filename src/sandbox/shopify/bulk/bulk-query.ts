import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import type { UserError } from '../shop-errors.js';
import { userError } from '../shop-errors.js';

const CONNECTION_LIMIT = 5;
/** Connections below the one at the root. */
const DEPTH_LIMIT = 2;

/** A bulk query that Shopify would take. */
export interface BulkQuery {
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Shopify's own rules for bulk queries, in its words [R: shopify.md 2.3]; all that are broken, one problem each. */
export function readBulkQuery(schema: GraphQLSchema, text: string): BulkQuery | UserError[] {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    const message = text.trim() === '' ? 'syntax error, unexpected end of file' : String(error);
    return [invalid(`Invalid bulk query: ${message}`)];
  }
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operation && operation.operation !== OperationTypeNode.QUERY) {
    return [invalid('Invalid operation type. Only `query` operations are supported.')];
  }
  const [first] = validate(schema, document);
  if (first) return [invalid(`Invalid bulk query: ${first.message}`)];
  if (!operation || document.definitions.length > 1) {
    return [invalid('Bulk queries must contain one operation and no fragments.')];
  }
  const found = new Connections(schema);
  found.walk(operation.selectionSet, schema.getQueryType()?.name ?? '', 0, false);
  const problems = found.problems();
  return problems.length > 0 ? problems.map(invalid) : { document, operation };
}

class Connections {
  private count = 0;
  private depth = 0;
  private readonly byNodes = new Set<string>();
  private readonly withoutId = new Set<string>();
  private readonly topLevel = new Set<string>();
  private isInList = false;
  private hasRowsWithoutId = false;

  constructor(private readonly schema: GraphQLSchema) {}

  /** `depth` counts the connections above; `listed`: there is a list between the nearest of them and here. */
  walk(set: SelectionSetNode, typeName: string, depth: number, listed: boolean, parent?: string): void {
    const type = this.schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const narrowed = selection.typeCondition?.name.value ?? typeName;
        this.walk(selection.selectionSet, narrowed, depth, listed, parent);
        continue;
      }
      if (selection.kind !== Kind.FIELD || !selection.selectionSet) continue;
      const name = selection.name.value;
      if (parent === undefined && (name === 'node' || name === 'nodes')) this.topLevel.add(name);
      const field = type.getFields()[name];
      if (!field) continue;
      const named = getNamedType(field.type).name;
      if (!named.endsWith('Connection')) {
        const isList = isListType(getNullableType(field.type));
        this.walk(selection.selectionSet, named, depth, listed || isList, parent ?? name);
        continue;
      }
      this.take(name, set, depth, listed, parent);
      this.enter(selection.selectionSet, named, name, depth);
    }
  }

  problems(): string[] {
    const problems = [...this.topLevel].map((name) => `Bulk queries cannot contain a top level \`${name}\` field.`);
    if (this.byNodes.size > 0) {
      const [first = ''] = this.byNodes;
      const names = [...this.byNodes].map((name) => `'${name}'`).join(', ');
      return [
        `All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '${first} { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: ${names}.`,
      ];
    }
    if (this.count === 0) problems.push('Bulk queries must contain at least one connection.');
    if (this.isInList)
      problems.push('Queries that contain a connection field within a list field are not currently supported.');
    // Rows of `bundleComponents` are no nodes and have no ids of their own [V: shopify.md 1.5]; the words are ours.
    if (this.hasRowsWithoutId)
      problems.push('Queries that contain a connection whose nodes have no id are not supported.');
    if (this.count > CONNECTION_LIMIT)
      problems.push(`Bulk queries cannot contain more than ${CONNECTION_LIMIT} connections.`);
    if (this.depth > DEPTH_LIMIT)
      problems.push(`Bulk queries cannot contain connections with a nesting depth greater than ${DEPTH_LIMIT}.`);
    if (this.withoutId.size > 0) {
      problems.push(
        `The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': ${[...this.withoutId].join(', ')}.`,
      );
    }
    return problems;
  }

  private take(name: string, parentSet: SelectionSetNode, depth: number, listed: boolean, parent?: string): void {
    this.count += 1;
    this.depth = Math.max(this.depth, depth);
    this.isInList ||= listed;
    this.hasRowsWithoutId ||= name === 'bundleComponents';
    if (depth > 0 && parent !== undefined && !hasPlainId(parentSet)) this.withoutId.add(parent);
  }

  private enter(set: SelectionSetNode, connection: string, name: string, depth: number): void {
    for (const rows of set.selections) {
      if (rows.kind !== Kind.FIELD || !rows.selectionSet) continue;
      if (rows.name.value === 'nodes') this.byNodes.add(name);
      if (rows.name.value !== 'edges') continue;
      for (const row of rows.selectionSet.selections) {
        if (row.kind !== Kind.FIELD || row.name.value !== 'node' || !row.selectionSet) continue;
        this.walk(row.selectionSet, this.nodeOf(connection), depth + 1, false, name);
      }
    }
  }

  private nodeOf(connection: string): string {
    const type = this.schema.getType(connection);
    const nodes = isObjectType(type) ? type.getFields()['nodes'] : undefined;
    return nodes ? getNamedType(nodes.type).name : '';
  }
}

function hasPlainId(set: SelectionSetNode): boolean {
  return set.selections.some((one) => one.kind === Kind.FIELD && one.name.value === 'id' && !one.alias);
}

function invalid(message: string): UserError {
  return userError(['query'], message, 'INVALID');
}
