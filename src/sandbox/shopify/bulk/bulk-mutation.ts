import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { execute, getVariableValues, GraphQLError, Kind, OperationTypeNode, parse, validate } from 'graphql';
import { isPlainObject, parseJson } from '../../plain-object.js';
import { loudFieldResolver } from '../admin-schema.js';
import type { ShopContext } from '../shop-context.js';
import type { UserError } from '../shop-errors.js';
import { userError } from '../shop-errors.js';
import type { StagedUploads } from './staged-uploads.js';
import { noSuchFile } from './staged-uploads.js';

/** Any mutation but those of bulk operations themselves since 2025-12-15 [D]. */
const REFUSED = ['bulkOperationRunMutation', 'bulkOperationRunQuery', 'bulkOperationCancel'];

/** A bulk mutation that Shopify would take, with one object of variables for each line. */
export interface BulkMutation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  lines: string[];
}

/** Shopify's rules and words [R: shopify.md 2.3]: first the mutation, then the file. */
export function readBulkMutation(
  schema: GraphQLSchema,
  text: string,
  uploads: StagedUploads,
  path: string,
): BulkMutation | UserError[] {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    const reason = error instanceof GraphQLError ? error.message : String(error);
    return [invalid(`Failed to parse the mutation - ${reason}`)];
  }
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [invalid('Failed to parse the mutation - no operation')];
  if (operation.operation !== OperationTypeNode.MUTATION) {
    return [invalid('Invalid operation type. Only `mutation` operations are supported.')];
  }
  const fields = operation.selectionSet.selections;
  if (fields.length !== 1) return [userError(['mutation'], 'You must specify a single top level mutation.')];
  const [field] = fields;
  if (field?.kind !== Kind.FIELD || REFUSED.includes(field.name.value)) {
    return [userError(['mutation'], 'You must use an allowed mutation name.')];
  }
  const [problem] = validate(schema, document);
  if (problem) return [invalid(`Invalid bulk mutation: ${problem.message}`)];
  const file = uploads.read(path);
  if (!file) return [noSuchFile()];
  if (file.isTooLarge) {
    return [userError(null, 'The input file size exceeds the maximum limit.', 'INVALID_STAGED_UPLOAD_FILE')];
  }
  const lines = file.text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return [userError(null, 'The input file is empty.', 'INVALID_STAGED_UPLOAD_FILE')];
  return { document, operation, lines };
}

/** Does one line: what its mutation answers, userErrors and all, and never a rollback of the lines before it. */
export async function runLine(
  schema: GraphQLSchema,
  root: object,
  { document, operation, lines }: BulkMutation,
  at: number,
  context: ShopContext,
): Promise<string> {
  const variables = parseJson(lines[at] ?? '');
  if (!isPlainObject(variables)) return answer(at, { errors: [{ message: 'The line is no JSON object.' }] });
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (coerced.errors) return answer(at, { errors: coerced.errors.map(({ message }) => ({ message })) });
  const result = await execute({
    schema,
    document,
    variableValues: variables,
    rootValue: root,
    contextValue: context,
    fieldResolver: loudFieldResolver,
  });
  const errors = result.errors?.map((error) => error.toJSON());
  return answer(at, { ...(errors ? { errors } : {}), data: result.data });
}

/** `__lineNumber` counts from 0 [R]. */
function answer(at: number, body: object): string {
  return JSON.stringify({ ...body, __lineNumber: at });
}

function invalid(message: string): UserError {
  return userError(null, message, 'INVALID_MUTATION');
}
