import ts from 'typescript';
import { importsOf } from './imports.js';
import { brokenAt, type Source, walk } from './source.js';

/** The environment is read in one place, where it is checked: src/config.ts. */
export function environment(sources: Source[]): string[] {
  return nodes(inside(sources, 'src/', ['src/config.ts']), 'process.env outside src/config.ts', (node, source) => {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      return /^process(\.|\?\.|\[['"])env\b/.test(node.getText(source.ast));
    }
    if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return false;
    return node.initializer?.getText(source.ast) === 'process' && /\benv\b/.test(node.name.getText(source.ast));
  });
}

/** TypeORM stays in storage; Nest stays out of domain and application. */
export function frameworks(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of sources) {
    if (!source.path.startsWith('src/')) continue;
    for (const { specifier, node } of importsOf(source)) {
      if (/^typeorm(\/|$)/.test(specifier) && !source.path.startsWith('src/storage/')) {
        broken.push(brokenAt(source, node, 'typeorm outside src/storage'));
      }
      if (specifier.startsWith('@nestjs/') && /^src\/(domain|application)\//.test(source.path)) {
        broken.push(brokenAt(source, node, `${specifier} in ${source.path.split('/')[1]}`));
      }
    }
  }
  return broken;
}

/** The domain asks neither clock nor dice: both come in as arguments. */
export function clockAndChance(sources: Source[]): string[] {
  const rule = 'clock or randomness in src/domain';
  return nodes(inside(sources, 'src/domain/'), rule, (node, source) => {
    if (ts.isNewExpression(node)) {
      return node.expression.getText(source.ast) === 'Date' && (node.arguments?.length ?? 0) === 0;
    }
    if (!ts.isPropertyAccessExpression(node)) return false;
    return ['Date.now', 'Math.random', 'performance.now'].includes(node.getText(source.ast));
  });
}

/** The type `any`, which switches the compiler off for whatever it touches. */
export function anyType(sources: Source[]): string[] {
  return nodes(sources, 'type any', (node) => node.kind === ts.SyntaxKind.AnyKeyword);
}

/** Migrations are frozen; what they import is not. */
export function migrationImports(sources: Source[]): string[] {
  const broken: string[] = [];
  for (const source of inside(sources, 'migrations/')) {
    for (const { target, node } of importsOf(source)) {
      if (target?.startsWith('src/')) broken.push(brokenAt(source, node, 'a migration imports src/'));
    }
  }
  return broken;
}

// Spelt with one-letter classes, or this file would break its own rules.
const WORDS: [RegExp, string][] = [
  [/\b(TO[D]O|FIX[M]E|XX[X])\b/, 'unfinished work'],
  [/(^|[\s"'`(])\/(wo[r]k|tm[p])\//, 'a path of one machine'],
  [/@ts-(ig[n]ore|noch[e]ck|expect-[e]rror)/, 'the compiler silenced'],
  [/(es|ox)lint-dis[a]ble/, 'the linter silenced'],
];

/** Words that have no place in what is committed. */
export function forbiddenWords(sources: Source[]): string[] {
  return sources.flatMap((source) =>
    source.text
      .split('\n')
      .flatMap((line, index) =>
        WORDS.filter(([word]) => word.test(line)).map(([, rule]) => `${source.path}:${index + 1} ${rule}`),
      ),
  );
}

function inside(sources: Source[], directory: string, except: string[] = []): Source[] {
  return sources.filter(({ path }) => path.startsWith(directory) && !except.includes(path));
}

function nodes(sources: Source[], rule: string, isBroken: (node: ts.Node, source: Source) => boolean): string[] {
  const broken = new Set<string>();
  for (const source of sources) {
    walk(source, (node) => {
      if (isBroken(node, source)) broken.add(brokenAt(source, node, rule));
    });
  }
  return [...broken];
}
