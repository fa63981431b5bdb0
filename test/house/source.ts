import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One file under inspection. `path` is relative to the repository, with forward slashes. */
export interface Source {
  path: string;
  text: string;
  ast: ts.SourceFile;
}

/** Parses a file, or an example that exists in memory only. */
export function parseSource(path: string, text: string): Source {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return { path, text, ast: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, kind) };
}

/** Every TypeScript file below these directories; a directory that is not there yet holds none. */
export function loadSources(root: string, directories: string[]): Source[] {
  const sources: Source[] = [];
  for (const directory of directories) {
    if (!existsSync(join(root, directory))) continue;
    for (const entry of readdirSync(join(root, directory), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      sources.push(parseSource(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')));
    }
  }
  return sources.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A broken rule as people read it: `file:line rule`. */
export function brokenAt(source: Source, node: ts.Node, rule: string): string {
  const { line } = source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast));
  return `${source.path}:${line + 1} ${rule}`;
}

/** Calls `visit` for every node of a file, parents first. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.ast);
}

/** Written by a machine: the shape of such a file is nobody's style. */
export function isGenerated(source: Source): boolean {
  return source.path.includes('.generated.');
}
