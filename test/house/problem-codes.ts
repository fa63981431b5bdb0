import ts from 'typescript';
import { type Source, walk } from './source.js';

/** The strings of `export const PROBLEM_CODES = [...]`; null when the file declares no such list. */
export function declaredCodes(source: Source): string[] | null {
  let codes: string[] | null = null;
  walk(source, (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText(source.ast) !== 'PROBLEM_CODES') return;
    const list =
      node.initializer && ts.isAsExpression(node.initializer) ? node.initializer.expression : node.initializer;
    if (!list || !ts.isArrayLiteralExpression(list)) return;
    codes = list.elements.filter((element) => ts.isStringLiteral(element)).map(({ text }) => text);
  });
  return codes;
}

/** Where the list of codes and the table of docs/errors.md differ, in either direction; a code twice is told too. */
export function undocumentedCodes(source: Source, document: string): string[] {
  const codes = declaredCodes(source);
  if (codes === null) return [`${source.path}:1 exports no PROBLEM_CODES`];
  const rows = [...document.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, code]) => code ?? '');
  return [
    ...codes.filter((code) => !rows.includes(code)).map((code) => `docs/errors.md:1 does not document ${code}`),
    ...rows.filter((code) => !codes.includes(code)).map((code) => `docs/errors.md:1 documents the unknown ${code}`),
    ...twice(codes).map((code) => `${source.path}:1 lists ${code} twice`),
    ...twice(rows).map((code) => `docs/errors.md:1 documents ${code} twice`),
  ];
}

function twice(list: string[]): string[] {
  return list.filter((code, index) => list.indexOf(code) !== index);
}
