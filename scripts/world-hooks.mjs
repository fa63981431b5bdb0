// Lets node load TypeScript from src/ and test/ as it is, and a mutant of one of its modules in its place. To be given
// with `--import`; the mutant comes as JSON in SKUWARD_MUTANT: { edits: [{ file, find, replace }] }.
import { transformSync } from '@swc/core';
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { edits } = JSON.parse(process.env.SKUWARD_MUTANT ?? '{"edits":[]}');

function mutated(path, source) {
  return edits
    .filter(({ file }) => path === `${root}${file}`)
    .reduce((text, { file, find, replace }) => {
      const pieces = text.split(find);
      // Code that has moved on would leave a mutant that changes nothing, and so proves nothing.
      if (pieces.length !== 2)
        throw new Error(`${file} holds the text of its mutant ${pieces.length - 1} times, not once`);
      return pieces.join(replace);
    }, source);
}

registerHooks({
  resolve(specifier, context, next) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith('file:')) {
      const typed = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(typed)) return { url: typed.href, shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const path = fileURLToPath(url);
    const { code } = transformSync(mutated(path, readFileSync(path, 'utf8')), {
      filename: path,
      sourceMaps: 'inline',
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2023',
        keepClassNames: true,
      },
      module: { type: 'es6' },
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
