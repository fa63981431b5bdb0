import type { DocumentNode, GraphQLError, GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import {
  GraphQLID,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  print,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

interface Problem {
  path: (string | number)[];
  explanation: string;
  message?: string;
}

const GID = /^gid:\/\/shopify\/[A-Za-z]+\/.+/;

/** An ID is a gid everywhere; what is written into the document instead is refused where it stands [R]. */
export function badLiterals(schema: GraphQLSchema, document: DocumentNode): object[] {
  const errors: object[] = [];
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      StringValue(node) {
        const type = types.getInputType();
        if (!type || getNamedType(type) !== GraphQLID || GID.test(node.value)) return;
        const { line = 0, column = 0 } = node.loc?.startToken ?? {};
        const extensions = { code: 'argumentLiteralsIncompatible', typeName: 'CoercionError' };
        errors.push({ message: `Invalid global id '${node.value}'`, locations: [{ line, column }], extensions });
      },
    }),
  );
  return errors;
}

/**
 * One error for each variable, with all that is wrong in it [R: shapes and words, for ids and for values that are missing].
 * `found` are the errors of graphql-js, which knows nothing of gids.
 */
export function badVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
  found: readonly GraphQLError[],
): object[] {
  return (operation.variableDefinitions ?? []).flatMap((definition) => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    const problems = found.flatMap((error) => problemOf(error, name) ?? []);
    if (type && isInputType(type) && variables[name] !== undefined) problems.push(...badIds(type, variables[name], []));
    if (problems.length === 0) return [];
    const { line = 0, column = 0 } = definition.loc?.startToken ?? {};
    const places = problems.filter(({ path }) => path.length > 0);
    const listed = places.map(({ path, explanation }) => `${path.join('.')} (${explanation})`).join(', ');
    const message = `Variable $${name} of type ${print(definition.type)} was provided invalid value`;
    return {
      message: listed === '' ? message : `${message} for ${listed}`,
      locations: [{ line, column }],
      extensions: { code: 'INVALID_VARIABLE', value: variables[name] ?? null, problems },
    };
  });
}

function problemOf(error: GraphQLError, name: string): Problem | null {
  const at = /^Variable "\$(\w+)"(?: got invalid value [\s\S]*?(?: at "\w+((?:\.|\[)[^"]*)")?(?:; |$))?/.exec(
    error.message,
  );
  if (at?.[1] !== name) return null;
  const path = (at[2] ?? '')
    .split(/[.[\]]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { path, explanation: explanationOf(error) };
}

/** In the words of Shopify's own GraphQL library where graphql-js has others. */
function explanationOf(error: GraphQLError): string {
  const { message, originalError } = error;
  const unknown = /Field "(.+?)" is not defined by type "(.+?)"/.exec(message);
  if (unknown) return `Field is not defined on ${unknown[2]}`;
  const choice = /Value "(.+?)" does not exist in "(.+?)" enum/.exec(message);
  if (choice) return `Expected "${choice[1]}" to be one of the values of ${choice[2]}`;
  const isMissing = /was not provided|must not be null|to be null/.test(message);
  return isMissing ? 'Expected value to not be null' : (originalError?.message ?? message);
}

function badIds(type: GraphQLInputType, value: unknown, path: (string | number)[]): Problem[] {
  if (value === null || value === undefined) return [];
  if (isNonNullType(type)) return badIds(type.ofType, value, path);
  if (isListType(type)) {
    if (!Array.isArray(value)) return badIds(type.ofType, value, path);
    return value.flatMap((one, at) => badIds(type.ofType, one, [...path, at]));
  }
  if (isInputObjectType(type)) {
    if (typeof value !== 'object') return [];
    const fields = type.getFields();
    return Object.entries(value).flatMap(([key, one]) => {
      const field = fields[key];
      return field ? badIds(field.type, one, [...path, key]) : [];
    });
  }
  if (type !== GraphQLID || (typeof value === 'string' && GID.test(value))) return [];
  const explanation = `Invalid global id '${typeof value === 'string' ? value : JSON.stringify(value)}'`;
  return [{ path, explanation, message: explanation }];
}
