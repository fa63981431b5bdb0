import ts from 'typescript';
import { brokenAt, isGenerated, type Source, walk } from './source.js';

const MAX_FILE_LINES = 350;
const MIN_FILE_LINES = 15;
const MAX_FUNCTION_LINES = 70;

/** Files too long to be read at a sitting, or too short to be a file. `excused`: path to reason, for short ones. */
export function fileLengths(sources: Source[], excused: Record<string, string>): string[] {
  return sources.flatMap((source) => {
    if (isGenerated(source)) return [];
    const lines = source.text.trimEnd().split('\n').length;
    if (lines > MAX_FILE_LINES) return [`${source.path}:1 has ${lines} lines, more than ${MAX_FILE_LINES}`];
    if (lines >= MIN_FILE_LINES || source.path in excused) return [];
    return [`${source.path}:1 has ${lines} lines, fewer than ${MIN_FILE_LINES}, and no excuse`];
  });
}

/** Functions of more lines than fit on a screen. */
export function functionLengths(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of sources) {
    if (isGenerated(source)) continue;
    walk(source, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
      const first = source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast)).line;
      const lines = source.ast.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1;
      if (lines <= MAX_FUNCTION_LINES) return;
      broken.push(brokenAt(source, node, `function of ${lines} lines, more than ${MAX_FUNCTION_LINES}`));
    });
  }
  return broken;
}

/** Barrels (which make circles) and enums (which node cannot strip, and which invent a second name for a string). */
export function barrelsAndEnums(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of sources) {
    if (/(^|\/)index\.tsx?$/.test(source.path)) broken.push(`${source.path}:1 is a barrel`);
    walk(source, (node) => {
      if (ts.isEnumDeclaration(node)) broken.push(brokenAt(source, node, 'enum: use a union of strings'));
    });
  }
  return broken;
}
