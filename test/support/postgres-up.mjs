import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Jest runs its global set-up outside its ESM transform: a .ts file would be turned into CommonJS, which cannot import
 * our migrations. So this file is plain JavaScript, and lets node itself load the TypeScript: node strips the types,
 * and needs to be told only that an import of `./x.js` means `./x.ts` here.
 */
registerHooks({
  resolve(specifier, context, next) {
    const parent = context.parentURL;
    if (specifier.startsWith('.') && specifier.endsWith('.js') && parent?.startsWith('file:')) {
      const source = specifier.replace(/\.js$/, '.ts');
      const isCompiled = existsSync(fileURLToPath(new URL(specifier, parent)));
      if (!isCompiled && existsSync(fileURLToPath(new URL(source, parent)))) return next(source, context);
    }
    return next(specifier, context);
  },
});

export default async function setUp() {
  const { postgresUp } = await import('./postgres-up.ts');
  await postgresUp();
}
