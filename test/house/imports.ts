import { posix } from 'node:path';
import ts from 'typescript';
import { type Source, walk } from './source.js';

/** One import, re-export or reference by URL of a file by another. */
export interface Import {
  source: Source;
  node: ts.Node;
  specifier: string;
  /** The repository path that a relative specifier means, in its .ts spelling; null for a package. */
  target: string | null;
  typeOnly: boolean;
}

/** Everything that a file imports: statically, by `import()`, or as `new URL('./x.js', import.meta.url)` (workers). */
export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(source, node, node.moduleSpecifier, isTypeOnly(node), found);
    else if (ts.isExportDeclaration(node)) add(source, node, node.moduleSpecifier, node.isTypeOnly, found);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(source, node, node.arguments[0], false, found);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(source, node, node.argument.literal, true, found);
    } else if (ts.isNewExpression(node) && node.expression.getText(source.ast) === 'URL') {
      const [first] = node.arguments ?? [];
      if (first && ts.isStringLiteral(first) && /^\..*\.[jt]s$/.test(first.text))
        add(source, node, first, false, found);
    }
  });
  return found;
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function add(source: Source, node: ts.Node, name: ts.Node | undefined, typeOnly: boolean, found: Import[]): void {
  if (!name || !ts.isStringLiteralLike(name)) return;
  const specifier = name.text;
  const target = specifier.startsWith('.')
    ? posix.join(posix.dirname(source.path), specifier).replace(/\.js$/, '.ts')
    : null;
  found.push({ source, node, specifier, target, typeOnly });
}
